"""From form 01/TD to the check of use: three on a list, one of whom the commune refuses."""

FORM = (
    "apply {no} --customer {customer} --name 'Hộ {no} (minh họa)' --household {household} "
    "--programme 01 --trustee 12 --group 9333001 --group-head 'Tổ trưởng (minh họa)' "
    "--commune 19333 --village 19333001 --office 004403 --session-day 7 --day 2026-03-02 "
    "--amount {amount} --months 36 --every 12 --purpose 'Chăn nuôi bò' --plan 'Mua bò cái' "
    "--by to-truong --json"
)


def states(document):
    return {row["application_no"]: row["state"] for row in document["rows"]}


def form(no, amount=50_000_000):
    customer = f"{int(no[1:]):010d}"
    return FORM.format(no=no, customer=customer, household=f"H{no[1:]}", amount=amount)


def _classify_and_refuse(desk):
    # The commune's yearly list: three poor households, with its number and date.
    classified = desk(
        "household classify H1 H2 H3 --commune 19333 --standing HN --since 2026-01-01 "
        "--list 12/DS-UBND --list-on 2025-12-20 --by can-bo --json"
    )
    assert classified["new"] == 3

    # Who is on no list, or asks for more than the programme lends, is told why.
    refused = desk(form("D4"), expect=1)
    assert [one["code"] for one in refused["facts"]["reasons"]] == ["standing-not-served"]
    refused = desk(form("D1", 100_000_001), expect=1)
    assert refused["facts"]["reasons"][0]["ceiling"] == 100_000_000
    assert "vượt mức tối đa 100.000.000 đồng" in refused["message"]


def _to_the_commune(desk):
    # Three apply; the group reviews and lists them; nobody is drawn to before the commune.
    for no in ("D1", "D2", "D3"):
        rules = desk(form(no))["rows"][0]["checked"]
        assert all(rule["holds"] for rule in rules)
    desk(
        "application review D1 D2 D3 --day 2026-03-05 --document BB-1 --by to-truong "
        "--checked-by hoi-phu-nu --json"
    )
    early = desk("application appraise D1 --day 2026-03-06 --by can-bo --json", expect=1)
    assert early["facts"]["steps"] == ["list", "refuse", "withdraw"]
    # A list with a wrong number is taken back, line by line, and written again.
    desk("application list D1 D2 --day 2026-03-06 --document 03TD-9 --by to-truong --json")
    back = "application take-back {} list --ground 'Nhầm số danh sách' --by to-truong --json"
    assert states(desk(back.format("D1"))) == {"D1": "reviewed"}
    assert states(desk(back.format("D2"))) == {"D2": "reviewed"}
    assert desk(back.format("D2"), expect=1)["code"] == "step-stands"
    desk("application list D1 D2 D3 --day 2026-03-06 --document 03TD-1 --by to-truong --json")

    # The commune committee answers line by line.
    answers = desk(
        "application confirm --list 03TD-1 --refuse 'D2=not-resident: đã chuyển đi' "
        "--day 2026-03-09 --document 5/UBND --document-on 2026-03-09 --by ubnd --json"
    )
    assert states(answers) == {"D1": "confirmed", "D2": "refused", "D3": "confirmed"}


def _to_the_signing(desk):
    # The bank appraises and approves; D3 gets less than it asked.
    desk("application appraise D1 D3 --day 2026-03-11 --by can-bo --json")
    desk("application approve D1 --day 2026-03-12 --by giam-doc --json")
    desk("application approve D3 --amount 40000000 --day 2026-03-12 --by giam-doc --json")
    desk(
        "application notify D1 D3 --day 2026-03-13 --document 04TD-1 --draw-on 2026-04-07 "
        "--at 'Điểm giao dịch Đông Hà' --by can-bo --json"
    )

    # D3 is forgotten: thirty days later it stands in the list of those that wait.
    signed = desk("application sign D1 6600000000000001 --day 2026-04-07 --by can-bo --json")
    assert signed["rows"][0]["loan_no"] == "6600000000000001"
    waiting = desk("application waiting --as-of 2026-04-12 --place 19333 --json")
    assert [(row["application_no"], row["days"]) for row in waiting["rows"]] == [("D3", 30)]
    assert waiting["states"] == {"notified": 1}


def _draw_and_check(desk):
    # Drawn in two parts at the sessions, never above what was approved.
    draw = "draw 6600000000000001 --amount {} --day {} --receipt {} --by thu-ngan --json"
    assert desk(draw.format(30_000_000, "2026-04-07", "GN1"))["new"]
    assert not desk(draw.format(30_000_000, "2026-04-07", "GN1"))["new"]
    desk(draw.format(20_000_001, "2026-05-07", "GN2"), expect=1)
    desk(draw.format(20_000_000, "2026-05-07", "GN2"))

    # Within thirty days somebody looks where the money went.
    due = desk("worklist use-check-due --as-of 2026-05-10 --place 44 --json")
    assert [(row["loan_no"], row["amount"], row["due_on"]) for row in due["rows"]] == [
        ("6600000000000001", 50_000_000, "2026-05-07")
    ]
    desk(
        "check-use 6600000000000001 --day 2026-05-12 --found 'Hai con bò' --document 06TD-1 "
        "--remark 'Không nợ lãi' --by hoi-phu-nu --json"
    )
    assert desk("worklist use-check-due --as-of 2026-06-30 --json")["rows"] == []


def test_from_application_to_use_check(desk):
    _classify_and_refuse(desk)
    _to_the_commune(desk)
    _to_the_signing(desk)
    _draw_and_check(desk)

    # The dossier tells all of it, and the book is whole.
    dossier = desk("application show D1 --as-of 2026-06-30 --json")
    assert [(line["step"], line["by"]) for line in dossier["timeline"]] == [
        ("review", "to-truong"),
        ("list", "to-truong"),
        ("list", "to-truong"),
        ("list", "to-truong"),
        ("confirm", "ubnd"),
        ("appraise", "can-bo"),
        ("approve", "giam-doc"),
        ("notify", "can-bo"),
        ("sign", "can-bo"),
        ("draw", "thu-ngan"),
        ("draw", "thu-ngan"),
        ("check", "hoi-phu-nu"),
    ]
    assert (dossier["state"], dossier["steps"]) == ("checked", ["draw", "check"])
    standing = desk("standing 6600000000000001 --as-of 2026-06-30 --json")
    assert (standing["outstanding"], standing["due_on"]) == (50_000_000, "2029-04-07")
    assert desk("verify --json")["holds"]


def test_what_people_read_is_in_their_words(desk):
    listed = desk(
        "household classify H1 --commune 19333 --standing HN --since 2026-01-01 "
        "--list 12/DS --list-on 2025-12-20 --by can-bo"
    )
    assert "Đã ghi 1 hộ theo danh sách 12/DS." in listed
    assert "HN" in desk("household show H1 --as-of 2026-02-01")
    assert desk("household show H1 --as-of 2026-02-01 --json")["list_no"] == "12/DS"
    desk(form("D1"))

    assert "đã bình xét" in desk(
        "application review D1 --day 2026-03-05 --document BB-1 --by to-truong"
    )
    wrong = desk("application sign D1 6600000000000001 --day 2026-03-06 --by an", expect=1)
    assert "“đã bình xét”" in wrong
    assert "lập danh sách 03/TD, từ chối, rút đơn" in wrong
    desk("application list D1 --day 2026-03-06 --document 03TD-9 --by to-truong")
    desk("application take-back D1 list --ground 'Nhầm số' --by to-truong")
    shown = desk("application show D1 --as-of 2027-03-01")
    assert "hủy bước lập danh sách 03/TD · to-truong · Nhầm số" in shown
    assert "Đã xét:" in shown
    assert "bình xét · to-truong · BB-1" in shown
    assert "D1 · đã bình xét" in desk("application waiting --as-of 2026-12-31")
    desk("application review D1 --refuse 'D1=vì thế' --day 2026-03-05 --by an", expect=2)
    assert "rút đơn" in desk("application withdraw D1 --day 2026-03-20 --by D1 --remark 'Thôi'")
    desk("application refuse D1 --reason other --day 2026-03-21 --by an", expect=1)


def test_draws_and_checks_are_told_in_words(desk):
    desk(
        "household classify H1 --commune 19333 --standing HN --since 2026-01-01 "
        "--list 12/DS --list-on 2025-12-20 --by can-bo"
    )
    desk(form("D1"))
    desk("application review D1 --day 2026-03-05 --by to-truong")
    desk("application list D1 --day 2026-03-05 --document L1 --by to-truong")
    desk(
        "application confirm D1 --list L1 --day 2026-03-05 --document 5 "
        "--document-on 2026-03-05 --by ubnd"
    )
    desk("application appraise D1 --day 2026-03-05 --by an")
    desk("application approve D1 --day 2026-03-05 --by an")
    desk("application notify D1 --day 2026-03-05 --draw-on 2026-03-07 --at 'Xã' --by an")
    desk("application sign D1 6600000000000001 --day 2026-03-07 --annual-rate 5 --by an", expect=1)
    desk("application sign D1 6600000000000001 --day 2026-03-07 --due 2027-03-07 --by an")

    draw = "draw 6600000000000001 --amount 50000000 --day 2026-03-07 --receipt GN1 --by an"
    assert "giải ngân 50.000.000 đồng" in desk(draw)
    assert "không thay đổi gì" in desk(draw)
    assert "6600000000000001" in desk("worklist use-check-due --as-of 2026-03-08")
    check = "check-use 6600000000000001 --day 2026-03-08 --found 'Xe máy' --otherwise --by an"
    assert "kiểm tra sử dụng vốn" in desk(check)


LIST = """DANH SÁCH HỘ NGHÈO, HỘ CẬN NGHÈO (minh họa)
Mã hộ;Mã xã;Đối tượng;Từ ngày;Đến ngày;Số danh sách;Ngày danh sách
H1;19333;HN;01/01/2027;;90/QĐ-UBND;20/12/2026
H2;19333;MTN;01/01/2027;31/12/2029;90/QĐ-UBND;20/12/2026
"""


def test_a_new_poverty_standard_comes_as_a_list(desk, tmp_path):
    (tmp_path / "ds.csv").write_text(LIST, "utf-8")

    assert desk("intake households ds.csv --json")["accepted"] == 2
    assert desk("intake households ds.csv --json")["known_file"]
    shown = desk("household show H2 --as-of 2029-12-31 --json")
    assert (shown["standing"], shown["list_no"]) == ("MTN", "90/QĐ-UBND")
    assert desk("household show H2 --as-of 2030-01-01 --json")["standing"] is None
