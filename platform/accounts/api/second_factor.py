"""A person's own second factor."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from django.contrib.auth import update_session_auth_hash
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.browser_session import address_of, proof_in, use_up_proof
from accounts.api.permissions import InTheBrowser
from accounts.api.requests import signed_in
from accounts.api.sign_in_shapes import (
    CodeInput,
    EnrolInput,
    EnrolmentOutput,
    ProofInput,
    RecoveryCodesOutput,
    SecondFactorOutput,
)
from accounts.models import User
from accounts.selectors.identity import ConfirmBy, confirm_by
from accounts.selectors.second_factor import must_have_second_factor, recovery_codes_left, totp_of
from accounts.services.identity import confirm_identity
from accounts.services.second_factor import (
    begin_enrolment,
    check_code,
    enrol,
    remove_second_factor,
    renew_recovery_codes,
)
from accounts.session_keys import NEW_SECRET, SECOND_FACTOR
from core.api.requests import parse
from core.errors import Conflict


@method_decorator(never_cache, name="dispatch")
class _OwnSecondFactorView(APIView):
    permission_classes = [InTheBrowser]
    before_second_factor = True


class SecondFactorView(_OwnSecondFactorView):
    """Whether it is on; turning it on."""

    @extend_schema(responses=SecondFactorOutput)
    def get(self, request: Request) -> Response:
        """Say whether codes are asked for, and how many recovery codes are left."""
        return Response(SecondFactorOutput(_state(signed_in(request))).data)

    @extend_schema(request=EnrolInput, responses=RecoveryCodesOutput)
    def post(self, request: Request) -> Response:
        """Turn it on with the app's first code; gives the recovery codes, this once."""
        user = signed_in(request)
        given = parse(EnrolInput, request.data)
        secret = request.session.get(NEW_SECRET)
        if secret is None:
            raise Conflict("Nothing is being set up.", remedy="Begin anew and scan the new code.")
        confirm_identity(
            user=user, proof=proof_in(request, {"password": given["password"]}), address=address_of(request)
        )
        codes = enrol(user=user, secret=get_adapter().decrypt(secret), code=given["code"])
        user.refresh_from_db(fields=["session_epoch"])
        update_session_auth_hash(request._request, user)  # this session goes on, all others end
        use_up_proof(request)
        del request.session[NEW_SECRET]
        request.session[SECOND_FACTOR] = True
        return Response({"recovery_codes": codes})


class SecondFactorEnrolmentView(_OwnSecondFactorView):
    """What the app is told."""

    @extend_schema(request=None, responses=EnrolmentOutput)
    def post(self, request: Request) -> Response:
        """Make a new secret for the app; nothing counts yet."""
        enrolment = begin_enrolment(user=signed_in(request))
        request.session[NEW_SECRET] = get_adapter().encrypt(enrolment.secret)
        return Response(EnrolmentOutput(enrolment).data)


class RecoveryCodesView(_OwnSecondFactorView):
    """New recovery codes."""

    @extend_schema(request=CodeInput, responses=RecoveryCodesOutput)
    def post(self, request: Request) -> Response:
        """Make ten new ones, this once; the old ones end. Needs a code."""
        user = signed_in(request)
        given = parse(CodeInput, request.data)
        check_code(user=user, code=given["code"], address=address_of(request))
        return Response({"recovery_codes": renew_recovery_codes(user=user)})


class SecondFactorRemovalView(_OwnSecondFactorView):
    """Turning it off."""

    @extend_schema(request=ProofInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Turn it off. Needs a code, and the password where the person has one."""
        user, address = signed_in(request), address_of(request)
        given = parse(ProofInput, request.data)
        if confirm_by(user) == ConfirmBy.PASSWORD:
            confirm_identity(user=user, proof=proof_in(request, given), address=address)
        check_code(user=user, code=given["code"], address=address)
        remove_second_factor(user=user)
        request.session[SECOND_FACTOR] = False
        return Response(status=204)


def _state(user: User) -> dict[str, Any]:
    app = totp_of(user)
    return {
        "on": app is not None,
        "needed": must_have_second_factor(user),
        "since": app.created_at if app else None,
        "last_used_at": app.last_used_at if app else None,
        "recovery_codes_left": recovery_codes_left(user),
    }
