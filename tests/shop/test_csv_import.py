from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot import datafile
from bot.errors import BadContent
from bot.shop.benefit import BenefitKind, Request
from bot.shop.csv_import import read_benefits, read_customers, read_orders
from bot.shop.csv_table import read_columns
from bot.shop.customer import Birthday, Calendar
from bot.shop.order import InvoiceState, OrderState, RefundState
from tests.shop.goods import DATA, shop

READERS = {"customers": read_customers, "orders": read_orders, "benefits": read_benefits}


def customers(text):
    return read_customers(text, shop())


def orders(*lines: str, heading: str = "order_id,customer_id,state,placed_at,product_id,price"):
    return read_orders("\n".join([heading, *lines]), shop())


def one_order(column: str, cell: str):
    """An order with one more column; the cell is written as a spreadsheet would, in quotes."""
    quoted = cell.replace('"', '""')
    heading = f"order_id,customer_id,state,placed_at,product_id,price,{column}"
    return orders(f'LJ20261103-0042,C1,paid,2026-11-03,kettle-17,129,"{quoted}"', heading=heading)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("ending", [".csv", ".zh.csv"])
def test_the_sample_files_teach_without_a_problem(kind, ending):
    rows, problems = READERS[kind](DATA / "demo" / f"{kind}{ending}", shop())
    assert rows
    assert problems == ()


def test_every_column_is_explained_in_the_readme():
    readme = (DATA / "demo" / "README.md").read_text(encoding="utf-8")
    raw = datafile.read(DATA / "policy" / "columns.yml")
    told = {"id": "order_id", "refund": "refund_amount"}
    for kind, columns in raw["columns"].items():
        part = readme.split(f"### {kind}")[1].split("###")[0]
        for column in columns:
            assert column in part or told[column] in part, f"{kind}: {column}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_files_are_read_in_the_encodings_that_spreadsheets_write(encoding):
    (customer,), problems = customers("客户编号,姓名\nC1,林小雨\n".encode(encoding))
    assert (customer.name, problems) == ("林小雨", ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(delimiter, line_end):
    text = line_end.join([delimiter.join(["id", "name"]), delimiter.join(["C1", "Emma"]), ""])
    (customer,), problems = customers(text)
    assert (customer.id, customer.name, problems) == ("C1", "Emma", ())


@pytest.mark.parametrize(
    "heading", ["Customer ID", "customer_id", " CUSTOMER ID (ours) ", "客户编号", "会员号（必填）"]
)
def test_headings_are_recognised_in_both_languages_and_any_spelling(heading):
    (customer,), problems = customers(f"{heading}\nC1\n")
    assert (customer.id, problems) == ("C1", ())


def test_unknown_and_double_columns_are_told_and_passed_over():
    (customer,), problems = customers("id,shoe size,name,Full Name\nC1,43,Emma,Other\n")
    assert customer.name == "Emma"
    assert [(p.line, p.column, p.warning) for p in problems] == [(1, "shoe size", True), (1, "Full Name", True)]


def test_a_missing_column_stops_the_file():
    rows, problems = orders("LJ20261103-0042,C1,paid", heading="order_id,customer_id,state")
    assert rows == ()
    assert {p.column for p in problems} == {"placed_at", "price"}


@pytest.mark.parametrize("source", ["", "\n \n", b"", b"\xff\xfe\x00"])
def test_an_empty_or_unreadable_file_is_one_problem(source):
    rows, problems = customers(source)
    assert rows == ()
    assert [p.line for p in problems] == [1]


def test_a_problem_names_line_column_and_what_to_do_in_both_languages():
    rows, (problem,) = customers("客户编号,邮箱\nC1,a@example.com\nC2,nobody\n")
    assert [row.id for row in rows] == ["C1"]
    assert (problem.line, problem.column, problem.warning) == (3, "邮箱", False)
    assert problem.message.en == "“nobody” is not an e-mail address."
    assert problem.message.zh == "“nobody”不是邮箱地址"


def test_lines_are_counted_as_an_editor_counts_them():
    text = 'id,name,email\n\nC1,"two\nlines",a@example.com\n,,\nC2,,nobody\n'
    rows, (problem,) = customers(text)
    assert rows[0].name == "two\nlines"
    assert problem.line == 6


def test_a_quotation_mark_that_is_never_closed_spoils_the_file_because_orders_may_be_cut_in_two():
    rows, problems = customers('id,name\nC1,Emma\nC2,"Lin\nC3,Chen\n')
    assert rows == ()
    assert [p.line for p in problems] == [3]


def test_a_line_with_too_many_cells_is_a_problem():
    rows, problems = customers("id,name\nC1,Clarke, Emma\n")
    assert rows == ()
    assert [p.line for p in problems] == [2]


def test_an_id_that_comes_again_is_told_and_the_first_holds():
    rows, (problem,) = customers("id,name\nC1,Emma\nC1,Lin\n")
    assert [row.name for row in rows] == ["Emma"]
    assert (problem.line, problem.column) == (3, "id")


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1+1", "=1+1"),
        ("@cmd", "@cmd"),
        ('="0042"', "0042"),
        ("'0042", "0042"),
        (" Emma\xa0\u3000", "Emma"),
        ("a\u200bb", "ab"),
    ],
)
def test_what_looks_like_a_formula_stays_text_and_wrappings_go(cell, kept):
    quoted = cell.replace('"', '""')
    (customer,), problems = customers(f'id,name\nC1,"{quoted}"\n')
    assert (customer.name, problems) == (kept, ())


@pytest.mark.parametrize("cell", ["1.39E+10", "1.39e10", "1,39E+10"])
def test_a_number_that_the_spreadsheet_shortened_is_never_taken(cell):
    rows, (problem,) = customers(f'id,phone\nC1,"{cell}"\n')
    assert rows == ()
    assert "Format the column as text" in problem.message.en


@pytest.mark.parametrize(
    ("cell", "birthday"),
    [
        ("05-03", Birthday(5, 3)),
        ("1990-05-03", Birthday(5, 3)),
        ("1990/5/3 0:00", Birthday(5, 3)),
        ("5月3日", Birthday(5, 3)),
        ("02-29", Birthday(2, 29)),
        ("lunar 08-15", Birthday(8, 15, Calendar.LUNAR)),
        ("农历08-15", Birthday(8, 15, Calendar.LUNAR)),
        ("lunar leap 06-30", Birthday(6, 30, Calendar.LUNAR, leap=True)),
        ("农历闰6月1日", Birthday(6, 1, Calendar.LUNAR, leap=True)),
    ],
)
def test_birthdays(cell, birthday):
    (customer,), problems = customers(f"id,birthday\nC1,{cell}\n")
    assert (customer.birthday, problems) == (birthday, ())


@pytest.mark.parametrize("cell", ["02-30", "soon", "leap 05-03", "lunar 13-01"])
def test_a_birthday_that_cannot_be_is_a_problem(cell):
    rows, (problem,) = customers(f"id,birthday\nC1,{cell}\n")
    assert (rows, problem.column) == ((), "birthday")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("time_zone", "Shanghai"),
        ("time_zone", "../etc"),
        ("language", "Klingon"),
        ("tier", "diamond"),
        ("phone", "none"),
    ],
)
def test_a_customer_with_a_cell_that_is_not_understood_is_left_out(column, cell):
    rows, (problem,) = customers(f"id,{column}\nC1,{cell}\n")
    assert (rows, problem.column) == ((), column)


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("129", 12900),
        ("129.5", 12950),
        ("129.50", 12950),
        ("1,299.00", 129900),
        ("1 299", 129900),
        ("¥1,299", 129900),
        ("￥1，299", 129900),
        ("1299元", 129900),
        ("RMB 1299.00", 129900),
        ("1,234,567.89", 123456789),
        ("0", 0),
        ("129.000", 12900),
    ],
)
def test_amounts(cell, cents):
    (order,), problems = one_order("total", cell)
    assert (order.total_cents, problems) == (cents, ())


@pytest.mark.parametrize(
    "cell", ["12,99", "1.299,00", "1,2,3", "129.999", "-5", "abc", "12 99", "#N/A", "1e3", "9999999999999", "NaN", "∞"]
)
def test_an_amount_that_could_mean_two_things_is_never_guessed(cell):
    rows, (problem,) = one_order("total", cell)
    assert (rows, problem.column) == ((), "total")


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-11-03 14:05", (2026, 11, 3, 6, 5)),
        ("2026/11/3 14:05:30", (2026, 11, 3, 6, 5, 30)),
        ("2026/11/3 2:05 PM", (2026, 11, 3, 6, 5)),
        ("2026/11/3 12:05 am", (2026, 11, 2, 16, 5)),
        ("2026年11月3日", (2026, 11, 2, 16, 0)),
        ("2026年11月3日14:05", (2026, 11, 3, 6, 5)),
        ("2026.11.3", (2026, 11, 2, 16, 0)),
        ("20261103", (2026, 11, 2, 16, 0)),
        ("2026-11-03T14:05:00Z", (2026, 11, 3, 14, 5)),
        ("2026-11-03T14:05:00+02:00", (2026, 11, 3, 12, 5)),
        ("23/11/2026", (2026, 11, 22, 16, 0)),
        ("11/23/2026 9:00", (2026, 11, 23, 1, 0)),
        ("3/3/2026", (2026, 3, 2, 16, 0)),
        ("46329", (2026, 11, 2, 16, 0)),
        ("46329.5", (2026, 11, 3, 4, 0)),
    ],
)
def test_times_are_read_in_the_shops_zone_unless_they_tell_their_own(cell, at):
    (order,), problems = orders(f"LJ20261103-0042,C1,paid,{cell},kettle-17,129")
    assert (order.placed_at, problems) == (datetime(*at, tzinfo=UTC), ())


@pytest.mark.parametrize(
    "cell", ["3/11/2026", "2026-13-01", "2026-02-30", "yesterday", "26-11-03", "0001-01-01", "2026-11-03 25:00", "9"]
)
def test_a_date_that_is_none_or_could_mean_two_is_a_problem(cell):
    rows, (problem,) = orders(f"LJ20261103-0042,C1,paid,{cell},kettle-17,129")
    assert (rows, problem.column) == ((), "placed_at")


def test_lines_of_one_order_make_one_order_wherever_they_stand():
    found, problems = orders(
        "LJ20261103-0042,C1,paid,2026-11-03,kettle-17,129",
        "LJ20261103-0043,C2,paid,2026-11-03,kettle-17,129",
        "lj20261103 0042,,,,fridge-410,3899",
    )
    assert problems == ()
    assert [[item.product_id for item in order.items] for order in found] == [
        ["kettle-17", "fridge-410"],
        ["kettle-17"],
    ]
    assert found[0].total_cents == 402800
    assert found[0].items[1].name.zh == "朗居 F410 十字四门冰箱"


def test_lines_of_one_order_may_not_contradict_each_other():
    found, (problem,) = orders(
        "LJ20261103-0042,C1,paid,2026-11-03,kettle-17,129", "LJ20261103-0042,C2,paid,,fridge-410,3899"
    )
    assert found == ()
    assert (problem.line, problem.column) == (3, "customer_id")
    assert "line 2" in problem.message.en


def test_an_order_of_which_one_line_is_bad_is_left_out_whole():
    found, (problem,) = orders(
        "LJ20261103-0042,C1,paid,2026-11-03,kettle-17,129",
        "LJ20261103-0042,,,,fridge-410,cheap",
        "LJ20261103-0043,C1,paid,2026-11-03,kettle-17,129",
    )
    assert [order.id for order in found] == ["LJ20261103-0043"]
    assert problem.line == 3


def test_two_lines_without_a_number_are_two_problems():
    found, problems = orders(",C1,paid,2026-11-03,kettle-17,129", ",C2,paid,2026-11-03,kettle-17,129")
    assert found == ()
    assert [(p.line, p.column) for p in problems] == [(2, "order_id"), (3, "order_id")]


def test_a_number_of_another_form_is_imported_with_a_warning():
    (order,), (problem,) = orders("A-17,C1,paid,2026-11-03,kettle-17,129")
    assert order.id == "A-17"
    assert problem.warning
    assert "LJ{date}-{4}" in problem.message.en


def test_goods_that_the_catalogue_does_not_know_need_a_name():
    (order,), _ = one_order("product_name", "")
    assert order.items[0].name.en == "Langju J17 electric kettle"
    found, (problem,) = orders("LJ20261103-0042,C1,paid,2026-11-03,sofa,129")
    assert (found, problem.column) == ((), "product_name")


def test_goods_cannot_arrive_before_they_were_ordered_but_on_the_same_day():
    found, (problem,) = one_order("delivered_at", "2026-11-02")
    assert (found, problem.column) == ((), "delivered_at")
    assert one_order("delivered_at", "2026-11-03")[1] == ()


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("refund state", "退款中", "refund_state", RefundState.REQUESTED),
        ("refund state", "REFUNDED", "refund_state", RefundState.PAID),
        ("refund state", "", "refund_state", RefundState.NONE),
        ("invoice", "已开票", "invoice_state", InvoiceState.ISSUED),
        ("refund amount", "1,299", "refund_cents", 129900),
        ("promised", "2026/11/9", "promised_on", date(2026, 11, 9)),
        ("currency", "hkd", "currency", "HKD"),
        ("currency", "", "currency", "CNY"),
        ("mobile", "+86 139 0000 0078", "phone", "13900000078"),
        ("tracking no", "1234.0", "tracking_number", "1234"),
        ("qty", "1", "total_cents", 12900),
        ("qty", "1,000", "total_cents", 12900000),
    ],
)
def test_order_columns(column, cell, field, value):
    (order,), problems = one_order(column, cell)
    assert (getattr(order, field), problems) == (value, ())


@pytest.mark.parametrize(
    ("column", "cell"),
    [("qty", "0"), ("qty", "1.5"), ("qty", "-1"), ("invoice url", "javascript:x"), ("currency", "yuan")],
)
def test_order_cells_that_are_not_understood(column, cell):
    rows, (problem,) = one_order(column, cell)
    assert (rows, problem.column) == ((), column)


@pytest.mark.parametrize("state", OrderState)
def test_our_own_words_are_always_understood(state):
    (order,), _ = orders(f"LJ20261103-0042,C1,{state},2026-11-03,kettle-17,129")
    assert order.state is state


def test_benefits_with_several_reasons_to_be_lost():
    text = "id,customer id,kind,name,lost if,order id,used\nB1,C1,延保,延保一年,取消订单、退货,lj20261103 0042,是\n"
    (benefit,), problems = read_benefits(text, shop())
    assert problems == ()
    assert benefit.kind is BenefitKind.WARRANTY
    assert benefit.lost_if == {Request.CANCEL, Request.RETURN}
    assert benefit.order_id == "LJ20261103-0042"
    assert benefit.used
    assert benefit.name.en == benefit.name.zh == "延保一年"


def test_a_benefit_without_an_order_belongs_to_none():
    (benefit,), _ = read_benefits("id,customer id,kind,name,order id\nB1,C1,gift,spoon,\n", shop())
    assert benefit.order_id is None


def test_a_broken_list_of_columns_is_named():
    with pytest.raises(BadContent, match=r"data/policy/columns\.yml: problems is missing"):
        read_columns({"columns": {}, "values": {}, "money_signs": []})


@settings(deadline=None)  # machines that are busy are no failure
@given(some.binary(max_size=300))
def test_any_bytes_at_all_end_in_rows_and_problems(data):
    for read in READERS.values():
        rows, problems = read(data, shop())
        assert rows or problems or not data.strip()


cells = some.text(alphabet="0123456789.,-/:年月 aE+\"'=", max_size=14)


@settings(deadline=None)  # machines that are busy are no failure
@given(cells, cells, cells)
def test_no_cell_is_an_exception(placed, price, quantity):
    def quote(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    line = f"LJ20261103-0042,C1,paid,{quote(placed)},kettle-17,{quote(price)},{quote(quantity)}"
    rows, problems = orders(line, heading="order_id,customer_id,state,placed_at,product_id,price,quantity")
    assert bool(rows) is not bool([p for p in problems if not p.warning])


@settings(deadline=None)  # machines that are busy are no failure
@given(some.integers(0, 10**9), some.booleans())
def test_every_amount_comes_back_as_it_was_written(cents, with_commas):
    written = f"{cents // 100:,}.{cents % 100:02}" if with_commas else f"{cents // 100}.{cents % 100:02}"
    (order,), _ = one_order("total", written)
    assert order.total_cents == cents
