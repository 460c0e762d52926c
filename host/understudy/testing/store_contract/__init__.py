"""The tests that every store must pass.

    import pytest

    pytest.register_assert_rewrite("understudy.testing")  # to see the values in a failure
    from understudy.testing.store_contract import StoreContract

    class TestMyStore(StoreContract):
        def open(self, tmp_path):
            return MyStore(tmp_path)

`open` is called inside a running event loop; what it returns is closed at the end of the test.
"""

from __future__ import annotations

from understudy.testing.store_contract.blobs import Blobs
from understudy.testing.store_contract.deletion import Deletion
from understudy.testing.store_contract.documents import Documents
from understudy.testing.store_contract.locks import Locks
from understudy.testing.store_contract.logs import Logs
from understudy.testing.store_contract.pages import Pages

__all__ = ["StoreContract"]


class StoreContract(Documents, Deletion, Pages, Logs, Blobs, Locks):
    """Derive a test class and override `open`."""
