"""The floor: one row written in one durable transaction, and a page that lists thirty."""

from django.db import transaction
from django.shortcuts import render
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import signed_in
from tests.bench.floor.models import Report


class ReportSerializer(serializers.Serializer):
    """Twenty fields, checked one by one."""

    day = serializers.IntegerField(min_value=0, max_value=400)
    redness = serializers.IntegerField(min_value=0, max_value=4)
    swelling = serializers.IntegerField(min_value=0, max_value=4)
    pain = serializers.IntegerField(min_value=0, max_value=4)
    warmth = serializers.IntegerField(min_value=0, max_value=4)
    itching = serializers.IntegerField(min_value=0, max_value=4)
    peeling = serializers.IntegerField(min_value=0, max_value=4)
    bruising = serializers.IntegerField(min_value=0, max_value=4)
    bleeding = serializers.IntegerField(min_value=0, max_value=4)
    oozing = serializers.IntegerField(min_value=0, max_value=4)
    crusting = serializers.IntegerField(min_value=0, max_value=4)
    bumps = serializers.IntegerField(min_value=0, max_value=4)
    dark_patches = serializers.IntegerField(min_value=0, max_value=4)
    light_patches = serializers.IntegerField(min_value=0, max_value=4)
    raised_scar = serializers.IntegerField(min_value=0, max_value=4)
    pus = serializers.BooleanField()
    spreading = serializers.BooleanField()
    temperature = serializers.FloatField(min_value=30, max_value=45, allow_null=True)
    device = serializers.ChoiceField(choices=["pen", "roller", "stamp", "rf"])
    note = serializers.CharField(max_length=2000, allow_blank=True)


class Reports(APIView):
    """POST writes one."""

    permission_classes = [IsAuthenticated]
    parser_classes = [JSONParser]
    throttle_classes = []

    def post(self, request):
        report = ReportSerializer(data=request.data)
        report.is_valid(raise_exception=True)
        with transaction.atomic(durable=True):
            Report.objects.create(**report.validated_data)
        return Response(report.data, status=201)


@signed_in
def listing(request):
    return render(request, "floor_list.html", {"reports": Report.objects.order_by("-id")[:30]})
