"""The course of a treatment: reported beside expected, day by day."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from symptoms.api.base import AuthenticatedRequest, Endpoint, treatment_read_by
from symptoms.api.permissions import IsPatientOrPractitioner
from symptoms.api.schema import operation
from symptoms.api.serializers.course import CourseSerializer
from symptoms.api.serializers.photo import A_DAY, DayInText
from symptoms.journal.course_days import read_course
from symptoms.recovery.course import LAST_DAY

MOST_DAYS = 60
FROM = OpenApiParameter("from", A_DAY, description="The first day; left out, day 0.")
TO = OpenApiParameter("to", A_DAY, description=f"The last day, at most {MOST_DAYS - 1} after `from`; left out, as far.")


class Course(Endpoint):
    """The course of a treatment."""

    may = {"GET": IsPatientOrPractitioner}
    query = frozenset({"from", "to"})

    @operation(
        "read_course",
        "Read the course",
        "What was reported on each day beside the most that is expected of each symptom for this treatment and skin, "
        "with the day's verdict. Days to come say what is expected.",
        answers={200: CourseSerializer},
        parameters=(FROM, TO),
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        visibility = treatment_read_by(request.user, treatment_id)
        first = _day(request, "from", 0)
        last = _day(request, "to", min(first + MOST_DAYS - 1, LAST_DAY))
        if not first <= last < first + MOST_DAYS:
            raise ValidationError({"to": [_("From `from` up to {days} days after it.").format(days=MOST_DAYS - 1)]})
        course = read_course(visibility, days=range(first, last + 1))
        today = visibility.treatment.patient.today(visibility.now(timezone.now()))
        return Response(CourseSerializer(course, context={"today": visibility.treatment.day_of(today)}).data)


def _day(request: AuthenticatedRequest, name: str, otherwise: int) -> int:
    try:
        return DayInText().to_internal_value(request.query_params.get(name, str(otherwise)))
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error
