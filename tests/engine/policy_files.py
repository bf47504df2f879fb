"""A small set of policy files that parses, to be spoiled one key at a time."""

from datetime import date
from typing import Any

from creditdesk.engine import policy as law


def dated(value: str, unit: str, since: date = date(2020, 1, 1), **more: Any) -> dict[str, Any]:
    told = {"source": "Quyết định 1", "confidence": "S", "checked_on": date(2026, 11, 22)}
    return {"since": since, "value": value, "unit": unit} | told | more


def named(code: str, **more: Any) -> dict[str, Any]:
    told = {"source": "Danh mục", "confidence": "R", "checked_on": date(2026, 11, 22)}
    return {"code": code, "names": {"vi": "tên", "en": "name", "id": "nama"}} | told | more


def a_programme(code: str = "01", **more: Any) -> dict[str, Any]:
    told = {
        "code": code,
        "short": "HN",
        "purpose": "production",
        "names": {"vi": "Hộ nghèo", "en": "Poor households", "id": "Rumah tangga miskin"},
        "rate_per_year": [
            dated("0.072", "1/year", date(2014, 6, 6)),
            dated("0.066", "1/year", date(2015, 6, 5)),
        ],
        "overdue_multiple": [dated("1.3", "multiple")],
    }
    return told | more


def a_score(**more: Any) -> dict[str, Any]:
    shares = [dated(", ".join(f"{code} 0.5" for code in law.CRITERIA), "share")]
    return {
        "criterion": [named("overdue")],
        "band": [named("weak")],
        "weights": [dated(", ".join(f"{code} 20" for code in law.CRITERIA), "points")],
        "none_at": shares,
        "full_at": shares,
        "bands": [dated("weak 0, average 50, fair 70, good 85", "points")],
    } | more


def a_closure(**more: Any) -> dict[str, Any]:
    told = named("") | {"since": date(2026, 4, 30), "until": date(2026, 5, 1)} | more
    return {key: value for key, value in told.items() if key != "code"}


def a_split(**more: Any) -> dict[str, Any]:
    shares = {"fee_share": [dated("0.3", "share")], "capital_share": [dated("0.5", "share")]}
    return {"code": "44"} | shares | more


def a_figure(**more: Any) -> dict[str, Any]:
    said = {"province": "44", "code": "poverty", "period": "2022", "said": "8,18 %"}
    told = {"source": "Báo", "confidence": "S", "checked_on": date(2026, 11, 22)}
    return said | {"published": "12/2025"} | told | more


def limits() -> dict[str, Any]:
    months, share = [dated("12", "months")], [dated("0.5", "share")]
    days, count = [dated("5", "days")], [dated("2", "count")]
    return {
        "extension_share": share,
        "extension_short_months": months,
        "short_term_months": months,
        "medium_term_months": months,
        "freeze_months": months,
        "freeze_months_heavy": months,
        "freeze_loss_from": share,
        "freeze_loss_heavy_from": share,
        "freeze_by_loss": [dated("K1", "codes")],
        "freeze_warning_days": days,
        "redate_asked_days": days,
        "redate_handed_days": days,
        "carry_over_times": count,
        "carry_over_months": months,
        "use_check_days": days,
        "undrawn_days": days,
        "inactive_months": months,
        "due_notice_days": days,
        "interest_unpaid_months": months,
        "silent_days": days,
        "approval_above": [dated("1.000", "dong")],
        "group_members_min": count,
        "group_members_max": count,
        "newly_escaped_months": months,
        "identity_card_years": [dated("15", "years")],
        "study_terms_a_year": count,
    }


def files(**more: Any) -> dict[str, Any]:
    """A small policy that parses; `more` replaces keys of its one programme."""
    order = [dated("overdue, in_term", "codes")]
    return {
        "day_count.toml": {
            "basis": [dated("act/365", "code")],
            "counted_day": [dated("first", "code")],
            "rounding": [dated("half-up", "code")],
        },
        "repayment_order.toml": {
            "principal": order,
            "interest": order,
            "write_off": order,
            "freeze": order,
            "rebook": order,
            "unfreeze": [dated("overdue-when-past-due", "code")],
            "prepaid": [dated("next", "code")],
        },
        "overdue_rule.toml": {
            "final_due": [dated("yes", "yes/no")],
            "instalments": [dated("11, 12", "codes")],
            "session": [dated("first-after", "code")],
        },
        "limits.toml": limits(),
        "instalment_rounding.toml": {"ladder": [dated("1.000, 1", "dong")]},
        "sources.toml": {"source": [named("1")]},
        "trustees.toml": {"trustee": [named("11", short="HND")]},
        "chart.toml": {"account": [named("cash", bank_code="1011")]},
        "freeze_reasons.toml": {"reason": [named("K1")]},
        "group_score.toml": a_score(),
        "days_off.toml": {"closure": [a_closure()]},
        "local_capital.toml": {},
        "published.toml": {},
        "programmes/01.toml": a_programme(**more),
    }
