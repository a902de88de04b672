"""allauth's two pages of recovery codes, after which only hashes of them are left."""

from typing import Any

from allauth.mfa.recovery_codes.views import DownloadRecoveryCodesView, ViewRecoveryCodesView

from accounts.access import signed_in
from accounts.recovery_codes import keep_hashes


class ViewRecoveryCodes(ViewRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    """The codes, once; afterwards how many are left."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "left": keep_hashes(self.request.user)}


class DownloadRecoveryCodes(DownloadRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    """The same as a file, instead of the page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        keep_hashes(self.request.user)
        return dict(context)


view = signed_in(ViewRecoveryCodes.as_view())
download = signed_in(DownloadRecoveryCodes.as_view())
