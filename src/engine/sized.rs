//! Functions whose result is as large as a number says: with a bound on what one call may make, since it is made at
//! once, and no limit of memory or time sees it before it is there.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature};
use datafusion::prelude::SessionContext;

/// What one call may make of a batch of rows.
const MOST_BYTES: i64 = 256 << 20;

/// What the number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Size {
    /// So many times the first argument, by the argument of this place.
    Times(usize),
    /// So many of the elements or letters, whatever the others are.
    Elements(usize),
    /// From the first to the second.
    Span,
}

const SIZED: [(&str, Size); 7] = [
    ("repeat", Size::Times(1)),
    ("array_repeat", Size::Times(1)),
    ("lpad", Size::Elements(1)),
    ("rpad", Size::Elements(1)),
    ("array_resize", Size::Elements(1)),
    ("range", Size::Span),
    ("generate_series", Size::Span),
];

/// Puts the bounds before the engine's own functions.
pub(super) fn register(context: &SessionContext) {
    for (name, size) in SIZED {
        if let Ok(inner) = context.udf(name) {
            context.register_udf(ScalarUDF::from(Sized { inner, size }));
        }
    }
}

/// Whether a function is one of those with bounds.
#[cfg(feature = "cluster")]
pub(super) fn is_ours(function: &ScalarUDF) -> bool {
    function.inner().is::<Sized>()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Sized {
    inner: Arc<ScalarUDF>,
    size: Size,
}

impl Sized {
    fn bytes(&self, args: &ScalarFunctionArgs) -> Result<i64> {
        let rows = args.number_rows.max(1);
        let numbers = |place: usize| -> Result<Vec<i64>> {
            let Some(arg) = args.args.get(place) else { return Ok(vec![0; rows]) };
            let array = match arg {
                ColumnarValue::Scalar(scalar) => scalar.to_array_of_size(1)?,
                ColumnarValue::Array(array) => array.clone(),
            };
            let Ok(array) = cast(&array, &DataType::Int64) else { return Ok(vec![0; rows]) };
            let array = array.as_primitive::<Int64Type>();
            let one = |row: usize| if array.is_valid(row) { array.value(row) } else { 0 };
            Ok(if array.len() == 1 { vec![one(0); rows] } else { (0..array.len()).map(one).collect() })
        };
        let total =
            |each: i64, counts: Vec<i64>| counts.into_iter().fold(0_i64, |sum, n| sum.saturating_add(n.max(0).saturating_mul(each)));
        Ok(match self.size {
            Size::Times(place) => {
                let each = match args.args.first() {
                    Some(ColumnarValue::Array(array)) => array.get_array_memory_size() / array.len().max(1),
                    Some(ColumnarValue::Scalar(scalar)) => scalar.size(),
                    None => 0,
                };
                total(i64::try_from(each).unwrap_or(i64::MAX).max(1), numbers(place)?)
            }
            Size::Elements(place) => total(8, numbers(place)?),
            Size::Span if args.args.len() == 1 => total(8, numbers(0)?),
            Size::Span => {
                let (first, last) = (numbers(0)?, numbers(1)?);
                let steps = if args.args.len() > 2 { numbers(2)? } else { vec![1; rows] };
                let spans = first.iter().zip(&last).zip(&steps);
                total(
                    8,
                    spans
                        .map(|((first, last), step)| last.saturating_sub(*first).saturating_abs() / step.saturating_abs().max(1))
                        .collect(),
                )
            }
        })
    }
}

impl ScalarUDFImpl for Sized {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        if self.bytes(&args)? > MOST_BYTES {
            let message = format!("`{}` would make more than {} MiB at once: make it shorter", self.name(), MOST_BYTES >> 20);
            return Err(DataFusionError::Execution(message));
        }
        self.inner.invoke_with_args(args)
    }
}
