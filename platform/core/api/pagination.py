"""How lists are cut into pages."""

from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from rest_framework.pagination import PageNumberPagination

MOST_COUNTED = 1_000  # counting millions would take longer than showing a page of them


class _Page(Page):  # type: ignore[type-arg]
    """A page that knows whether rows follow, however many there are."""

    def __init__(self, rows: list[Any], number: int, paginator: "_Counted") -> None:
        """`rows`: those of the page, and one more if there is one."""
        super().__init__(rows[: paginator.per_page], number, paginator)
        self._goes_on = len(rows) > paginator.per_page

    def has_next(self) -> bool:
        """Whether rows follow."""
        return self._goes_on

    def next_page_number(self) -> int:
        """Its number."""
        return self.number + 1


class _Counted(Paginator):  # type: ignore[type-arg]
    """Counts MOST_COUNTED rows and no more; the pages behind them are there all the same."""

    @cached_property
    def count(self) -> int:
        """Rows, at most MOST_COUNTED."""
        return min(len(self._first), MOST_COUNTED)

    @cached_property
    def _first(self) -> Any:
        """The keys of the first rows: what a filter finds is found once, to count and to cut.

        One more than are counted, which tells the last counted page whether others follow.
        """
        rows: Any = self.object_list
        return list(_keys(rows)[: MOST_COUNTED + 1]) if isinstance(rows, QuerySet) else rows

    def validate_number(self, number: Any) -> int:
        """A page that may be there."""
        try:
            return super().validate_number(number)
        except EmptyPage:
            if self.count < MOST_COUNTED or int(number) < 1:
                raise
            return int(number)

    def page(self, number: Any) -> _Page:
        """One page. Raises EmptyPage behind the last row."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows = self._rows(first, first + self.per_page + 1)
        if not rows and number > 1:
            raise EmptyPage(self.error_messages["no_results"])
        return _Page(rows, number, self)

    def _rows(self, first: int, last: int) -> list[Any]:
        """Some rows of a list or queryset, by two queries: which ones, then all about them.

        In one, the database would join and reckon what a row shows for every row that it sorts.
        """
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return list(rows[first:last])
        known = last <= MOST_COUNTED + 1 or self.count < MOST_COUNTED
        chosen = self._first[first:last] if known else list(_keys(rows)[first:last])
        return list(rows.filter(pk__in=chosen)) if chosen else []


def _keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.values_list("pk", flat=True)


class Pages(PageNumberPagination):
    """`?page=&page_size=`, 50 rows by default and 200 at most; `count` ends at MOST_COUNTED."""

    django_paginator_class = _Counted
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Say how far rows are counted."""
        answer: dict[str, Any] = super().get_paginated_response_schema(schema)
        answer["properties"]["count"]["description"] = (
            f"Rows; {MOST_COUNTED} where there are as many or more: `next` leads on."
        )
        return answer
