-- Who a link's person is: 128 bits under the ledger's key; null where nobody
-- asked, or the record did not say. The same for one person under two ids.
ALTER TABLE links ADD COLUMN person BLOB;
CREATE INDEX links_by_person ON links (scope, person) WHERE person IS NOT NULL;
