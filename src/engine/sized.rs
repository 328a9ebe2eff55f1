//! Functions whose result is as large as a number says, or as the product of its arguments: with a bound on what one call
//! may make, since it is made at once, and no limit of memory or time sees it before it is there.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, LargeStringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::length::length;
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
    /// So many of the elements or letters, each as large as the argument of the other place may be.
    Elements(usize, Option<usize>),
    /// From the first to the second.
    Span,
    /// The first with the third at each place of the second.
    Replaced,
    /// The same by a pattern, which may be found between any two letters, and whose parts may be repeated.
    Matched,
    /// All of them, with the first between each two if it separates them.
    Joined { separated: bool },
    /// The elements of the first, and for each of them the largest of those from this place on.
    Listed(usize),
}

const SIZED: [(&str, Size); 14] = [
    ("repeat", Size::Times(1)),
    ("array_repeat", Size::Times(1)),
    ("lpad", Size::Elements(1, None)),
    ("rpad", Size::Elements(1, None)),
    ("array_resize", Size::Elements(1, Some(2))),
    ("range", Size::Span),
    ("generate_series", Size::Span),
    ("replace", Size::Replaced),
    ("regexp_replace", Size::Matched),
    ("concat", Size::Joined { separated: false }),
    ("concat_ws", Size::Joined { separated: true }),
    ("array_to_string", Size::Listed(1)),
    ("array_replace_n", Size::Listed(2)),
    ("array_replace_all", Size::Listed(2)),
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
        let args = Args::of(args);
        let numbers = |place: usize| args.numbers(place);
        Ok(match self.size {
            Size::Times(place) => args.total(&[&args.sizes(0)?, &numbers(place)?], |of| of[0].max(1).saturating_mul(of[1].max(0))),
            Size::Elements(place, with) => {
                let each = with.map_or_else(|| Ok(vec![0; args.rows]), |with| args.sizes(with))?;
                args.total(&[&numbers(place)?, &each], |of| of[0].max(0).saturating_mul(of[1].max(8)))
            }
            Size::Span if args.args.len() == 1 => args.total(&[&numbers(0)?], |of| of[0].max(0).saturating_mul(8)),
            Size::Span => {
                let steps = if args.args.len() > 2 { numbers(2)? } else { vec![1; args.rows] };
                args.total(&[&numbers(0)?, &numbers(1)?, &steps], |of| {
                    (of[1].saturating_sub(of[0]).saturating_abs() / of[2].saturating_abs().max(1)).saturating_mul(8)
                })
            }
            Size::Replaced => {
                let sizes = [args.sizes(0)?, args.sizes(1)?, args.sizes(2)?];
                let grown = |of: &[i64], places: i64| of[0].saturating_add(places.saturating_mul((of[2] - of[1]).max(0)));
                let at_most = args.total(&[&sizes[0], &sizes[1], &sizes[2]], |of| grown(of, of[0] / of[1].max(1) + 1));
                if at_most <= MOST_BYTES {
                    return Ok(at_most);
                }
                // Places beyond those that are too many need not be counted.
                let enough = sizes[2].iter().zip(&sizes[1]).map(|(with, part)| MOST_BYTES / (with - part).max(1) + 1).collect::<Vec<_>>();
                args.total(&[&sizes[0], &sizes[1], &sizes[2], &args.found(&enough)?], |of| grown(of, of[3]))
            }
            Size::Matched => args.total(&[&args.sizes(0)?, &args.sizes(2)?], |of| {
                let (text, with) = (of[0], of[1]);
                let repeated = text.saturating_mul(with / 2);
                text.saturating_add(text.saturating_add(1).saturating_mul(with)).saturating_add(repeated)
            }),
            Size::Joined { separated } => {
                let between = if separated { i64::try_from(args.args.len()).unwrap_or(i64::MAX) - 2 } else { 0 };
                let mut total = 0_i64;
                for place in 0..args.args.len() {
                    let times = if separated && place == 0 { between.max(0) } else { 1 };
                    total = total.saturating_add(args.total(&[&args.sizes(place)?], |of| of[0].saturating_mul(times)));
                }
                total
            }
            Size::Listed(from) => {
                let mut each = 0;
                for place in from..args.args.len() {
                    each = args.sizes(place)?.into_iter().max().unwrap_or_default().max(each);
                }
                args.elements()?.saturating_mul(each.max(1))
            }
        })
    }
}

/// The arguments of one call, and how many rows it makes: one where all of them are constants.
struct Args<'a> {
    args: &'a [ColumnarValue],
    rows: usize,
}

impl<'a> Args<'a> {
    fn of(args: &'a ScalarFunctionArgs) -> Self {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        Self { args: &args.args, rows: if constant { 1 } else { args.number_rows.max(1) } }
    }

    /// An argument as it is: a constant has one row.
    fn array(&self, place: usize) -> Result<Option<ArrayRef>> {
        Ok(match self.args.get(place) {
            None => None,
            Some(ColumnarValue::Scalar(scalar)) => Some(scalar.to_array_of_size(1)?),
            Some(ColumnarValue::Array(array)) => Some(array.clone()),
        })
    }

    /// The whole numbers of an array, one for each row; 0 for what is none.
    fn of_each_row(&self, array: Option<ArrayRef>) -> Vec<i64> {
        let Some(array) = array.and_then(|array| cast(&array, &DataType::Int64).ok()) else { return vec![0; self.rows] };
        let array = array.as_primitive::<Int64Type>();
        let one = |row: usize| if array.is_valid(row) { array.value(row) } else { 0 };
        if array.len() == 1 { vec![one(0); self.rows] } else { (0..array.len()).map(one).collect() }
    }

    fn numbers(&self, place: usize) -> Result<Vec<i64>> {
        Ok(self.of_each_row(self.array(place)?))
    }

    /// The bytes of an argument in each row: of a text its own, of others what they take on average.
    fn sizes(&self, place: usize) -> Result<Vec<i64>> {
        let Some(array) = self.array(place)? else { return Ok(vec![0; self.rows]) };
        if matches!(array.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
            && let Ok(lengths) = length(&array)
        {
            return Ok(self.of_each_row(Some(lengths)));
        }
        let each = match self.args.get(place) {
            Some(ColumnarValue::Scalar(scalar)) => scalar.size(),
            _ => array.get_array_memory_size() / array.len().max(1),
        };
        Ok(vec![i64::try_from(each).unwrap_or(i64::MAX); self.rows])
    }

    /// At how many places of the first text the second stands, in each row; no more than `enough` are counted.
    fn found(&self, enough: &[i64]) -> Result<Vec<i64>> {
        let text = |place: usize| Ok::<_, DataFusionError>(self.array(place)?.and_then(|array| cast(&array, &DataType::LargeUtf8).ok()));
        let (Some(texts), Some(wanted)) = (text(0)?, text(1)?) else { return Ok(vec![0; self.rows]) };
        let (texts, wanted) = (texts.as_string::<i64>(), wanted.as_string::<i64>());
        let of = |array: &LargeStringArray, row: usize| if array.len() == 1 { 0 } else { row };
        let count = |row: usize| {
            let (text, part) = (texts.value(of(texts, row)), wanted.value(of(wanted, row)));
            let enough = usize::try_from(enough[row]).unwrap_or(usize::MAX);
            i64::try_from(text.matches(part).take(enough).count()).unwrap_or(i64::MAX)
        };
        Ok((0..self.rows).map(count).collect())
    }

    /// The elements of the lists of the first argument, and of the lists in them.
    fn elements(&self) -> Result<i64> {
        let mut data = self.array(0)?.map(|array| array.to_data());
        let mut last = 0;
        while let Some(one) = data {
            last = one.len();
            data = one.child_data().first().filter(|_| one.data_type().is_nested()).cloned();
        }
        let rows = if matches!(self.args.first(), Some(ColumnarValue::Scalar(_))) { self.rows } else { 1 };
        Ok(i64::try_from(last.saturating_mul(rows)).unwrap_or(i64::MAX))
    }

    /// The sum over all rows of what each makes of its numbers.
    fn total(&self, columns: &[&[i64]], each: impl Fn(&[i64]) -> i64) -> i64 {
        (0..self.rows).fold(0_i64, |sum, row| {
            let of: Vec<i64> = columns.iter().map(|column| column.get(row).copied().unwrap_or_default()).collect();
            sum.saturating_add(each(&of))
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
