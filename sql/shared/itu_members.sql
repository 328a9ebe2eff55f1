/*
Every economy, and whether it is one of the 194 Member States of ITU (group
scheme `itu_member` of the reference tables): what a share of all Member States
is a share of, whatever groups the header names.
*/
SELECT a.ref_area, m.ref_area IS NOT NULL AS is_member
FROM areas AS a
LEFT JOIN (SELECT DISTINCT ref_area FROM all_membership WHERE group_scheme = 'itu_member') AS m
  ON a.ref_area = m.ref_area
