"""Words of the documents that show persons: heads of letters and lists, columns, notes."""

FACTS = {
    "direct": "Hình thức",
    "group": "Tổ tiết kiệm và vay vốn",
    "head": "Tổ trưởng",
    "commune": "Xã, phường, đặc khu",
    "session": "Phiên giao dịch tới",
    "session_day": "Ngày giao dịch xã",
    "borrower": "Người vay",
    "id_no": "Số giấy tờ tùy thân",
    "loan_no": "Số khế ước",
    "customer_no": "Mã khách hàng",
    "programme": "Chương trình",
    "purpose": "Mục đích vay",
    "source": "Nguồn vốn",
    "investor": "Đơn vị ủy thác vốn",
    "trustee": "Đơn vị nhận ủy thác",
    "signed_on": "Ngày ký",
    "approved": "Số tiền duyệt vay",
    "rate": "Lãi suất",
    "due_on": "Hạn trả cuối theo khế ước",
    "extended_to": "Gia hạn đến",
    "state": "Tình trạng",
}

PARTS = {
    "groups_behind": "Theo tổ",
    "loans": "Từng món",
    "standing": "Số dư và lãi",
    "plan": "Kế hoạch trả nợ gốc",
    "moved": "Phát sinh",
    "earned": "Lãi theo từng quãng",
}

GROUPS = {
    "proposed": "Dự kiến thu",
    "month_end": "Cuối tháng trước",
    "year_end": "Ngày 31/12 năm trước",
    "received": "Thực thu",
    "moved": "Số tiền phát sinh",
    "stretch": "Quãng tính lãi",
}

COLUMNS = {
    "leaf": "Tổ, xã",
    "instalment": "Kỳ trả nợ",
    "loans_now": "Số món hiện nay",
    "now": "Hiện nay",
    "then": "Số tiền",
    "change": "Tăng, giảm",
    "late_since": "Trễ từ ngày",
    "days_late": "Số ngày trễ",
    "announced": "Số tiền thông báo",
    "moved_amount": "Số tiền chuyển quá hạn",
    "application_no": "Số đơn",
    "approved": "Số tiền duyệt",
    "months": "Thời hạn (tháng)",
    "draw_on": "Ngày giải ngân",
    "purpose": "Mục đích",
    "borrower": "Người vay",
    "loan_no": "Số khế ước",
    "programme_code": "Mã CT",
    "due_on": "Ngày đến hạn",
    "owed": "Dư nợ gốc",
    "due": "Gốc đến hạn",
    "paid": "Đã trả",
    "unpaid": "Còn phải trả",
    "late": "Gốc trễ hạn",
    "paid_ahead": "Đã trả trước",
    "interest_asked": "Lãi dự thu đến phiên tới",
    "together": "Cộng",
    "principal_received": "Gốc",
    "interest_received": "Lãi",
    "savings_received": "Tiết kiệm",
    "signed": "Người nộp ký",
    "figure": "Chỉ tiêu",
    "made_by": "Theo chứng từ",
    "day": "Ngày",
    "what": "Nội dung, số chứng từ",
    "other": "Khác",
    "left": "Dư nợ sau",
    "stretch": "Loại lãi, từ chứng từ",
    "since": "Từ ngày",
    "until": "Đến trước ngày",
    "days": "Số ngày",
    "balance": "Số dư tính lãi",
    "rate": "Lãi suất năm",
    "exact": "Lãi chưa làm tròn",
    "earned": "Lãi",
}

LABELS = {
    "figure:drawn": "Đã giải ngân",
    "figure:principal_repaid": "Gốc đã trả",
    "figure:written_off": "Đã xóa nợ",
    "figure:in_term": "Dư nợ trong hạn",
    "figure:overdue": "Dư nợ quá hạn",
    "figure:frozen": "Dư nợ khoanh",
    "figure:outstanding": "Tổng dư nợ",
    "figure:late_principal": "Nợ gốc trễ hạn theo khế ước",
    "figure:interest_collected": "Lãi đã thu",
    "figure:interest_unpaid": "Lãi chưa thu",
    "earned:in_term": "Lãi trong hạn phát sinh",
    "earned:overdue": "Lãi quá hạn phát sinh",
    "earned:grace": "Lãi trong thời gian ân hạn phát sinh",
}

NOTES = {
    "due-plan": "Gốc đến hạn là phần chưa trả của các kỳ trong tháng dương lịch sau ngày số liệu; "
    "tiền trả trước đã trừ vào kỳ đến sớm nhất.",
    "interest-by-session": "Lãi dự thu tính đến phiên giao dịch tới, không gồm lãi trong thời "
    "gian ân hạn.",
    "redate-in-time": "Giấy đề nghị điều chỉnh kỳ hạn (08/TD) phải nộp trước ngày đến hạn theo "
    "văn bản 597/NHCS-TDNN ngày 30/01/2026.",
    "group-takes-no-principal": "Tổ trưởng không được thu tiền gốc: người vay trả gốc tại điểm "
    "giao dịch xã.",
    "proposed": "Gốc dự kiến thu gồm gốc trễ hạn và gốc đến hạn đến hết phiên giao dịch tới; lãi "
    "tính đến phiên ấy, không gồm lãi trong thời gian ân hạn.",
    "received-by-hand": "Các cột thực thu và chữ ký để trống, ghi tay tại phiên giao dịch.",
    "behind-late": "Nợ gốc trễ hạn là phần gốc đã qua ngày đến hạn theo khế ước mà chưa trả, dù "
    "đã chuyển nợ quá hạn hay chưa.",
    "behind-overdue": "Nợ quá hạn là số tiền đã hạch toán chuyển nợ quá hạn.",
    "behind-change": "Tăng, giảm = hiện nay − số tiền ngày ấy; số âm là giảm.",
    "behind-paid": "Món đã trả hết phần trễ vẫn in nếu cuối tháng trước hoặc 31/12 năm trước còn.",
    "behind-moved": "Món tính theo nơi quản lý vào ngày số liệu; món đã chuyển đi nơi khác không "
    "in, kể cả số các ngày trước.",
    "letters-by-rule": "Thư lập theo sổ đến hết ngày số liệu; tiền trả sau ngày ấy chưa trừ.",
    "letters-number": "Số văn bản ghi khi vào sổ văn thư; mỗi thư tra được theo số sao kê ở chân "
    "trang.",
    "approved-unsigned": "Gồm đơn đã duyệt hoặc đã thông báo, chưa ký khế ước đến ngày số liệu.",
    "late-oldest": "Tiền gốc đã trả trừ vào kỳ đến hạn sớm nhất.",
    "interest-rounded-once": "Lãi của mỗi loại cộng từ số chưa làm tròn của các quãng, làm tròn "
    "một lần; số chưa làm tròn in đến hai số lẻ.",
    "interest-to-day": "Lãi = số dư × lãi suất năm × số ngày / 365; ngày đầu quãng tính, ngày "
    "cuối không tính.",
    "cancelled-shown": "Chứng từ đã hủy vẫn in, không tính vào số tiền.",
}
