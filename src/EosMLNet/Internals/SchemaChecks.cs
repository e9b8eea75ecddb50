using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet.Internals;

/// <summary>
/// Checks of input columns that fail the way all of ML.NET does: marked, and naming role, column, expected and actual type.
/// </summary>
internal static class SchemaChecks
{
    public static void CheckImageColumn(this IExceptionContext context, SchemaShape input, string name, string role) =>
        context.CheckColumn(input, name, role, "Image", type => type.RawType == typeof(MLImage));

    public static void CheckTextColumn(this IExceptionContext context, SchemaShape input, string name, string role) =>
        context.CheckColumn(input, name, role, "String", type => type is TextDataViewType);

    public static void CheckNumberColumn(this IExceptionContext context, SchemaShape input, string name, string role) =>
        context.CheckColumn(input, name, role, "Single", type => type == NumberDataViewType.Single);

    private static void CheckColumn(this IExceptionContext context, SchemaShape input, string name, string role, string expected,
        Func<DataViewType, bool> accepts)
    {
        if (!input.TryFindColumn(name, out var column))
            throw context.ExceptSchemaMismatch(nameof(input), role, name);
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey || !accepts(column.ItemType))
            throw context.ExceptSchemaMismatch(nameof(input), role, name, expected, column.GetTypeString());
    }
}
