"""Two open stores and a restless person with an editor, checked step by step against a model."""

import json
import random
import shutil

import pytest

from understudy_files import FileStore

THREADS = ("threads",)
LOG = ("threads", "log", "messages")

pytestmark = pytest.mark.usefixtures("both_ways")


class Model:
    """What the root must hold: threads with their times, and the records of one log."""

    def __init__(self, root, seed):
        self.root, self.random = root, random.Random(seed)
        self.threads, self.records, self.steps = {"log": 0}, [], 0
        self.write_by_hand("log")

    def write_by_hand(self, name):
        folder = self.root / "threads" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "thread.json").write_text(json.dumps({"created_at": self.threads[name]}))

    async def step(self, store):
        """Do one thing, through a store or by hand."""
        self.steps += 1
        names = (self.put, self.put, self.make, self.remove, self.delete, self.rename)
        await self.random.choice((*names, self.append, self.append, self.rewrite))(store)

    def name(self):
        return f"t{self.random.randrange(8)}"

    async def put(self, store):
        name = self.name()
        self.threads[name] = self.random.randrange(20)
        await store.put(("threads", name), {"created_at": self.threads[name]}, durable=False)

    async def make(self, _):
        name = self.name()
        if self.threads.setdefault(name, 7) == 7:
            self.write_by_hand(name)

    async def remove(self, _):
        if self.threads.pop(name := self.name(), None) is not None:
            shutil.rmtree(self.root / "threads" / name)

    async def delete(self, store):
        existed = self.threads.pop(name := self.name(), None) is not None
        assert await store.delete(("threads", name), trash=self.random.random() < 0.5) is existed

    async def rename(self, _):
        old, new = self.name(), self.name()
        if old in self.threads and new not in self.threads:
            self.threads[new] = self.threads.pop(old)
            (self.root / "threads" / old).rename(self.root / "threads" / new)

    async def append(self, store):
        record = {"id": f"m{self.random.randrange(20)}", "n": self.steps}
        self.records.append(record | ({"deleted": True} if self.random.random() < 0.2 else {}))
        await store.append(LOG, self.records[-1:], durable=False)

    async def rewrite(self, _):
        self.random.shuffle(self.records)
        text = "".join(json.dumps(record) + "\n" for record in self.records[: self.steps // 3])
        del self.records[self.steps // 3 :]
        (self.root / "threads/log/messages.jsonl").write_text(text)

    async def check(self, store):
        limit = self.random.randrange(1, 6)
        listed = sorted(self.threads, key=lambda name: (self.threads[name], name), reverse=True)
        place = self.random.randrange(len(listed))
        page = await store.page(THREADS, limit=limit, after=listed[place])
        rest = listed[place + 1 :]
        assert [d.id for d in page.items] == rest[:limit]
        assert page.has_more is (len(rest) > limit)
        await self.check_records(store)

    async def check_records(self, store):
        last = {}
        for record in self.records:
            last[record["id"]] = record
        kept = [record for record in last.values() if "deleted" not in record]
        page = await store.page_records(LOG, limit=1000, order="asc")
        assert list(page.items) == kept
        wanted = f"m{self.random.randrange(20)}"
        expected = next((record for record in kept if record["id"] == wanted), None)
        assert await store.get_record(LOG, wanted) == expected


@pytest.mark.parametrize("seed", range(3))
def test_every_listing_is_what_the_folders_hold_at_that_moment(root, use, seed):
    async def body(store):
        other = FileStore(root)
        model = Model(root, seed)
        for _ in range(250):
            await model.step(model.random.choice((store, other)))
            await model.check(model.random.choice((store, other)))
        await other.close()

    use(body)
