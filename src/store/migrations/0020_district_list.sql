-- 0020: the districts, of which a list of households or people reads those that touch the caller's areas before it walks
-- through them. They are few among the areas: to look for them one by one was a question for each.
CREATE INDEX area_district ON area (area_id, position_low, position_high) WHERE area_id = district_id;
