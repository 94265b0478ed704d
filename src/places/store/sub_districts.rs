//! The rows of a line's sub-districts.

use uuid::Uuid;

use crate::db::{DbError, Tx, with_elements};
use crate::geo::Point;
use crate::places::SubDistrict;
use crate::places::sub_district::Polygon;

/// A point as a contour's JSON has it.
type Pair = (i64, i64);

/// Name, district, latitude and longitude of the middle, contour.
type Kept = (String, Option<String>, i64, i64, Option<String>);

/// Puts these in the place of all the sub-districts that the line had.
pub async fn replace(tx: &mut Tx<'_>, line: Uuid, all: &[SubDistrict]) -> Result<(), DbError> {
    let gone = sqlx::query("delete from sub_districts where line_id = $1");
    gone.bind(line.to_string()).execute(tx.conn()).await?;
    let one = |one: &SubDistrict| {
        let contour = (!one.contour.is_empty()).then(|| written(&one.contour));
        serde_json::json!([one.name, one.parent, one.middle.micro(), contour])
    };
    let insert = with_elements(
        tx.kind(),
        "insert into sub_districts (line_id, name, parent, lat, lon, contour) \
         select cast($1 as text), j.value->>0, j.value->>1, cast(j.value->2->>0 as bigint), \
         cast(j.value->2->>1 as bigint), j.value->>3 from {each $2} j where true",
    );
    let rows = all.iter().map(one).collect::<serde_json::Value>().to_string();
    sqlx::query(insert).bind(line.to_string()).bind(rows).execute(tx.conn()).await?;
    tx.changed(line);
    Ok(())
}

/// The sub-districts of a line, by name.
pub async fn of_line(tx: &mut Tx<'_>, line: Uuid) -> Result<Vec<SubDistrict>, DbError> {
    let rows: Vec<Kept> =
        sqlx::query_as("select name, parent, lat, lon, contour from sub_districts where line_id = $1 order by name")
            .bind(line.to_string())
            .fetch_all(tx.conn())
            .await?;
    let read = |(name, parent, lat, lon, contour): Kept| {
        let contour = contour.map(|json| read(&json)).unwrap_or_default();
        Some(SubDistrict { name, parent, middle: Point::from_micro(lat, lon)?, contour })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

fn written(contour: &[Polygon]) -> String {
    let ring = |ring: &Vec<Point>| ring.iter().map(|point| point.micro()).collect::<Vec<Pair>>();
    let polygons: Vec<Vec<Vec<Pair>>> = contour.iter().map(|polygon| polygon.iter().map(ring).collect()).collect();
    // Lists of numbers: there is nothing that could fail.
    serde_json::to_string(&polygons).unwrap_or_default()
}

fn read(json: &str) -> Vec<Polygon> {
    let polygons: Vec<Vec<Vec<Pair>>> = serde_json::from_str(json).unwrap_or_default();
    let ring = |ring: Vec<Pair>| ring.into_iter().filter_map(|(lat, lon)| Point::from_micro(lat, lon)).collect();
    polygons.into_iter().map(|polygon| polygon.into_iter().map(ring).collect()).collect()
}
