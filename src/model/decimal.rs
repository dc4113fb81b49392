//! Numbers as they were written.

use std::fmt;

/// A decimal number that keeps the digits it was written with: `1.0` stays `1.0`, `1,570` is `1570`.
///
/// ```
/// use casegrain::model::Decimal;
/// let dose = Decimal::parse("1.50").unwrap();
/// assert_eq!(dose.to_string(), "1.50");
/// assert_eq!(dose.to_f64(), 1.5);
/// assert_eq!(Decimal::new(15, 1).shift(9).to_string(), "1500000000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i64,
    scale: i16,
}

impl Decimal {
    /// The number `mantissa` × 10^-`scale`, printed with `scale` digits after the point.
    pub const fn new(mantissa: i64, scale: i16) -> Self {
        Decimal { mantissa, scale }
    }

    /// A whole number.
    pub const fn integer(value: i64) -> Self {
        Decimal { mantissa: value, scale: 0 }
    }

    /// Reads ASCII digits with at most one point and an optional minus sign; `None` for anything else and for
    /// numbers of more than 18 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut mantissa: i64 = 0;
        let mut scale: Option<i16> = None;
        let mut seen = 0;
        for byte in digits.bytes() {
            match byte {
                b'0'..=b'9' => {
                    seen += 1;
                    if seen > 18 {
                        return None;
                    }
                    mantissa = mantissa * 10 + i64::from(byte - b'0');
                    if let Some(places) = &mut scale {
                        *places += 1;
                    }
                }
                b'.' if scale.is_none() => scale = Some(0),
                _ => return None,
            }
        }
        if seen == 0 {
            return None;
        }
        Some(Decimal::new(if negative { -mantissa } else { mantissa }, scale.unwrap_or(0)))
    }

    /// The number times 10^`power`.
    pub fn shift(self, power: i16) -> Self {
        Decimal { mantissa: self.mantissa, scale: self.scale.saturating_sub(power) }
    }

    /// The sum, exact where both fit; saturating otherwise.
    pub fn plus(self, other: Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        let widen = |d: Decimal| {
            let power = 10i64.checked_pow(u32::try_from(scale - d.scale).unwrap_or(0)).unwrap_or(i64::MAX);
            d.mantissa.saturating_mul(power)
        };
        Decimal { mantissa: widen(self).saturating_add(widen(other)), scale }
    }

    /// The number `count` times, without zeros at its end after the point; `None` if it does not fit.
    ///
    /// ```
    /// use casegrain::model::Decimal;
    /// let times = |text, count| Decimal::parse(text).unwrap().times(count).unwrap().to_string();
    /// assert_eq!((times("1.5", 10), times("2", 7), times("0.25", 1000)), ("15".into(), "14".into(), "250".into()));
    /// ```
    pub fn times(self, count: i64) -> Option<Self> {
        Some(Decimal { mantissa: self.mantissa.checked_mul(count)?, scale: self.scale }.shortest())
    }

    /// A number rounded to `digits` significant digits, without zeros at its end.
    ///
    /// ```
    /// use casegrain::model::Decimal;
    /// assert_eq!(Decimal::rounded(0.1 + 0.2, 4).to_string(), "0.3");
    /// assert_eq!(Decimal::rounded(88_420.0, 2).to_string(), "88000");
    /// assert_eq!(Decimal::rounded(-12.345, 3).to_string(), "-12.3");
    /// ```
    pub fn rounded(number: f64, digits: i16) -> Self {
        if number == 0.0 || !number.is_finite() {
            return Decimal::integer(0);
        }
        let mut scale = digits - 1 - number.abs().log10().floor() as i16;
        let mut mantissa = (number * 10f64.powi(i32::from(scale))).round() as i64;
        while mantissa % 10 == 0 && mantissa != 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Decimal { mantissa, scale }
    }

    /// Half a unit of the last digit that was written: how far the true number may lie from it.
    pub fn rounding(self) -> f64 {
        0.5 / 10f64.powi(i32::from(self.scale))
    }

    /// The nearest floating-point number.
    pub fn to_f64(self) -> f64 {
        self.mantissa as f64 / 10f64.powi(i32::from(self.scale))
    }

    /// The whole number, if it is one.
    pub fn to_i64(self) -> Option<i64> {
        match self.scale {
            0 => Some(self.mantissa),
            s if s < 0 => {
                10i64.checked_pow(s.unsigned_abs().into()).and_then(|p| self.mantissa.checked_mul(p))
            }
            s => {
                let power = 10i64.checked_pow(s.unsigned_abs().into())?;
                (self.mantissa % power == 0).then(|| self.mantissa / power)
            }
        }
    }

    /// Whether two numbers are the same one, whatever zeros they were written with; exact, unlike a comparison of
    /// floating-point numbers.
    ///
    /// ```
    /// use casegrain::model::Decimal;
    /// let number = |text| Decimal::parse(text).unwrap();
    /// assert!(number("2.60").is_same(number("2.6")) && number("-0").is_same(number("0.0")));
    /// assert!(!number("0.10000000000000001").is_same(number("0.1")));
    /// assert!(Decimal::integer(2).shift(3).is_same(number("2000")));
    /// ```
    pub fn is_same(self, other: Decimal) -> bool {
        self.shortest() == other.shortest()
    }

    /// The number without zeros at its end.
    fn shortest(self) -> Decimal {
        let Decimal { mut mantissa, mut scale } = self;
        if mantissa == 0 {
            return Decimal::integer(0);
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            scale = scale.saturating_sub(1);
        }
        Decimal { mantissa, scale }
    }

    /// The digits without the point, and how many of them stand after it.
    pub(crate) fn parts(self) -> (i64, i16) {
        (self.mantissa, self.scale)
    }

    /// The number with the opposite sign.
    pub fn negate(self) -> Self {
        Decimal { mantissa: -self.mantissa, ..self }
    }
}

/// As many bytes as a number needs at most: sign, 19 digits, point and zeros of a small scale.
const SHORT: usize = 64;

impl Decimal {
    /// Appends the number as it is printed.
    ///
    /// ```
    /// let mut out = Vec::new();
    /// casegrain::model::Decimal::new(-50, 2).write_to(&mut out);
    /// assert_eq!(out, b"-0.50");
    /// ```
    pub fn write_to(self, out: &mut Vec<u8>) {
        // From the last digit to the first.
        let mut buffer = [b'0'; SHORT];
        let mut at = SHORT;
        let zeros = if self.mantissa == 0 { 0 } else { usize::try_from(-self.scale).unwrap_or(0) };
        let places = usize::try_from(self.scale).unwrap_or(0);
        if zeros.max(places) > SHORT - 24 {
            out.extend_from_slice(self.long().as_bytes());
            return;
        }
        at -= zeros;
        let mut rest = self.mantissa.unsigned_abs();
        let mut written = 0;
        while rest > 0 || written <= places {
            if written == places && places > 0 {
                at -= 1;
                buffer[at] = b'.';
            }
            at -= 1;
            buffer[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            written += 1;
        }
        if self.mantissa < 0 {
            at -= 1;
            buffer[at] = b'-';
        }
        out.extend_from_slice(&buffer[at..]);
    }

    /// The number with a scale that is far from any that a text has.
    fn long(self) -> String {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        match usize::try_from(self.scale) {
            Err(_) => format!("{sign}{digits}{}", "0".repeat(self.scale.unsigned_abs().into())),
            Ok(places) => format!("{sign}0.{}{digits}", "0".repeat(places.saturating_sub(digits.len()))),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = Vec::with_capacity(SHORT);
        self.write_to(&mut digits);
        f.write_str(&String::from_utf8_lossy(&digits))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.to_f64().partial_cmp(&other.to_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_they_were_written() {
        for (mantissa, scale, printed) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 0, "5"),
            (-5, 1, "-0.5"),
            (10, 1, "1.0"),
            (12345, 3, "12.345"),
            (15, -8, "1500000000"),
            (0, -3, "0"),
            (i64::MIN, 0, "-9223372036854775808"),
            (7, 50, "0.00000000000000000000000000000000000000000000000007"),
        ] {
            assert_eq!(Decimal::new(mantissa, scale).to_string(), printed);
        }
        assert_eq!(Decimal::new(3, -60).to_string(), format!("3{}", "0".repeat(60)));
    }
}
