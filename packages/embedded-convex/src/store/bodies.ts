/**
 * Long documents are stored apart, in `bodies`, with a mark in the place of their text. SQLite reads a whole row to compare its
 * key once the row does not fit into a quarter of a page: among long rows every search of a key costs as much as reading a
 * dozen of them. (Measured: with 18 documents of 900 KB, finding nothing in an empty table beside them took 2 ms, now 20 us.)
 */

/** Characters of JSON up to which a document stays where it is. */
export const MAX_INLINE = 900;

/** Begins what stands in the place of a document; the JSON of an object begins otherwise. */
export const BODY_MARK = "@";

/** A body goes with the row that it belongs to. */
export const BODIES_SCHEMA = `
CREATE TABLE bodies(id INTEGER PRIMARY KEY, j TEXT NOT NULL);
CREATE TRIGGER body_removed AFTER DELETE ON docs WHEN substr(old.j, 1, 1) = '${BODY_MARK}' BEGIN
  DELETE FROM bodies WHERE id = CAST(substr(old.j, 2) AS INTEGER);
END;
CREATE TRIGGER body_replaced AFTER UPDATE OF j ON docs WHEN substr(old.j, 1, 1) = '${BODY_MARK}' BEGIN
  DELETE FROM bodies WHERE id = CAST(substr(old.j, 2) AS INTEGER);
END;
`;

/** Joins the body (`b`), if there is one, to a document (`d`): its text is `coalesce(b.j, d.j)`. */
export const JOIN_BODY = `LEFT JOIN bodies b ON b.id = CASE WHEN substr(d.j, 1, 1) = '${BODY_MARK}' THEN CAST(substr(d.j, 2) AS INTEGER) END`;
