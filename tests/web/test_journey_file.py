"""A branch's file on its page: dropped with faults, mended, chosen by keyboard, taken and done."""

import pytest

from creditdesk import records
from creditdesk.users.permissions import Role
from tests.web.conftest import LOAN_HEAD, loan_line, number
from tests.web.walk import Walk

pytestmark = pytest.mark.browser
LOANS = "\n".join([LOAN_HEAD, *(loan_line(7_000 + of) for of in range(40))])
# What a browser does when a file is dropped; then whether the frame is lit after each event.
DROP = """([frame, name, text]) => {
  const over = new DataTransfer();
  over.items.add(new File([text], name, { type: 'text/csv' }));
  const told = [];
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    const event = { dataTransfer: over, bubbles: true, cancelable: true };
    frame.dispatchEvent(new DragEvent(kind, event));
    told.push(frame.classList.contains('over'));
  }
  return told;
}"""


def over(walk):
    """Look again until a job is over, as the page does by itself every few seconds."""
    while walk.tab.locator("[data-under-way]").count():
        walk.tab.wait_for_timeout(200)
        walk.tab.reload()


def test_a_file_is_dropped_its_faults_read_and_the_mended_one_taken(stage):
    walk = Walk(stage, Role.SUPERVISOR)
    walk.tab.goto("/administration")
    walk.stop("Quản trị")
    walk.go("main a[href='/administration/files']", "**/files")
    walk.stop("Nạp")
    frame = walk.tab.query_selector("[data-drop]")
    lit = walk.tab.evaluate(DROP, [frame, "so-vay.csv", LOANS.replace(";6,6;", ";x;")])
    walk.go(".buttons button", "**/jobs/*")
    walk.tab.wait_for_selector("main:not(:has([data-under-way]))")
    walk.stop("40 lỗi", "Lãi suất", "Không phải lãi suất")
    faults = walk.tab.request.get(walk.tab.get_attribute("a[href$='faults.csv']", "href"))
    walk.go("a.btn-primary[href$='/files']", "**/files")
    walk.to("[name=file]")
    walk.tab.set_input_files(
        "[name=file]", {"name": "so-vay.csv", "mimeType": "text/csv", "buffer": LOANS.encode()}
    )
    walk.go(".buttons button", "**/jobs/*")
    over(walk)
    walk.stop("40 dòng sẽ được nạp")
    walk.go(".buttons button", "**/jobs/*")
    over(walk)
    walk.stop("Đã nạp 40 dòng vào sổ")
    walk.go(".path a[href$='/jobs']", "**/jobs")
    walk.stop("so-vay.csv")

    assert lit == [True, True, False]
    assert len(faults.text().splitlines()) == 41
    with stage.database.read() as tx:
        assert records.loans.find_loan(tx, number(7_039)) is not None
    walk.leave()
