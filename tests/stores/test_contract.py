"""Both stores keep the contract that is offered to plugin authors."""

import pytest

pytest.register_assert_rewrite("understudy.testing.store_contract")

from understudy.testing.store_contract import StoreContract  # noqa: E402
from understudy_files import FileStore  # noqa: E402
from understudy_memory import MemoryStore  # noqa: E402


class TestFileStore(StoreContract):
    def open(self, tmp_path):
        return FileStore(tmp_path)


@pytest.mark.usefixtures("nothing_is_small")
class TestFileStoreWithItsIndex(StoreContract):
    def open(self, tmp_path):
        return FileStore(tmp_path)


class TestMemoryStore(StoreContract):
    def open(self, tmp_path):
        return MemoryStore()
