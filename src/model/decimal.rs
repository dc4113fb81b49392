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

    /// The digits without the point, and how many of them stand after it.
    pub(crate) fn parts(self) -> (i64, i16) {
        (self.mantissa, self.scale)
    }

    /// The number with the opposite sign.
    pub fn negate(self) -> Self {
        Decimal { mantissa: -self.mantissa, ..self }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale <= 0 {
            write!(f, "{}", self.mantissa)?;
            if self.mantissa != 0 {
                for _ in self.scale..0 {
                    f.write_str("0")?;
                }
            }
            return Ok(());
        }
        if self.mantissa < 0 {
            f.write_str("-")?;
        }
        let places = self.scale as usize;
        let digits = self.mantissa.unsigned_abs().to_string();
        if digits.len() > places {
            let (whole, fraction) = digits.split_at(digits.len() - places);
            write!(f, "{whole}.{fraction}")
        } else {
            write!(f, "0.{}{digits}", "0".repeat(places - digits.len()))
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.to_f64().partial_cmp(&other.to_f64())
    }
}
