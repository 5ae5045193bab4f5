-- 0012: the changes of one thing in their order, so that a page of its history and its version read only what they tell.
DROP INDEX change_row_by_entity;
CREATE INDEX change_row_by_entity ON change_row (entity, entity_id, change_id);
