//! How stored reports and transcripts spell what serde's derive has no word for: each module is for a `#[serde(with = …)]`.

/// A duration, as milliseconds with one digit after the point.
pub(crate) mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de};

    /// As long as it is spelt, so that what is made of a stored report is the same.
    pub(crate) fn rounded(duration: Duration) -> Duration {
        let tenths = (duration + Duration::from_micros(50)).as_micros() / 100;
        Duration::from_micros(u64::try_from(tenths).unwrap_or(u64::MAX / 100) * 100)
    }

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64((duration.as_secs_f64() * 10_000.0).round() / 10.0)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(from)? / 1000.0).map_err(de::Error::custom)
    }
}

/// A duration, as milliseconds with three digits after the point.
pub(crate) mod micros {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64((duration.as_secs_f64() * 1e6).round() / 1e3)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let micros = (f64::deserialize(from)? * 1e3).round();
        Duration::try_from_secs_f64(micros / 1e6).map_err(de::Error::custom)
    }
}

/// An index, counted from 1.
pub(crate) mod from_one {
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
    pub(crate) fn serialize<S: Serializer>(index: &usize, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(*index as u64 + 1)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
        usize::deserialize(from)?.checked_sub(1).ok_or_else(|| de::Error::custom("it counts from 1"))
    }
}

/// A day, as `2027-03-31`.
pub(crate) mod day {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use time::{Date, Month};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
    pub(crate) fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        read(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no day such as `2027-03-31`")))
    }

    fn read(text: &str) -> Option<Date> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
        Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
    }
}

/// Members that stand among those of the value that holds them, with numbers in them: those come through a JSON value,
/// since what serde keeps aside for a flattened field loses numbers of arbitrary precision.
pub(crate) mod among {
    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
    use serde_json::Value;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        value.serialize(to)
    }

    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        T::deserialize(Value::deserialize(from)?).map_err(de::Error::custom)
    }
}
