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
        context.CheckColumn(input, name, role, "Image, or a vector of String with paths", column =>
            IsScalar(column) ? column.ItemType.RawType == typeof(MLImage) : column.ItemType is TextDataViewType);

    public static void CheckTextColumn(this IExceptionContext context, SchemaShape input, string name, string role) =>
        context.CheckColumn(input, name, role, "String", column => IsScalar(column) && column.ItemType is TextDataViewType);

    public static void CheckNumberColumn(this IExceptionContext context, SchemaShape input, string name, string role) =>
        context.CheckColumn(input, name, role, "Single", column => IsScalar(column) && column.ItemType == NumberDataViewType.Single);

    /// <summary>A column of text, or of vectors of text.</summary>
    public static void CheckTextsColumn(this IExceptionContext context, SchemaShape input, string name, string role) =>
        context.CheckColumn(input, name, role, "String, or a vector of them", column => column.ItemType is TextDataViewType);

    private static bool IsScalar(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Scalar;

    private static void CheckColumn(this IExceptionContext context, SchemaShape input, string name, string role, string expected,
        Func<SchemaShape.Column, bool> accepts)
    {
        if (!input.TryFindColumn(name, out var column))
            throw context.ExceptSchemaMismatch(nameof(input), role, name);
        if (column.IsKey || !accepts(column))
            throw context.ExceptSchemaMismatch(nameof(input), role, name, expected, column.GetTypeString());
    }
}
