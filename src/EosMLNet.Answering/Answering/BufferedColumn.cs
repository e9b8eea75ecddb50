using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>The values that one column has in the rows of a batch, for replaying them after the input cursor has moved on.</summary>
internal abstract class BufferedColumn : IDisposable
{
    /// <summary>A <c>ValueGetter</c> of the column's type for the row that is being replayed.</summary>
    public abstract Delegate Getter { get; }

    /// <summary>Keeps the value of the row that the input cursor stands on.</summary>
    public abstract void Fetch(int slot);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    public static BufferedColumn Create(DataViewRow input, DataViewSchema.Column column, int size, Func<int> row)
    {
        var type = column.Type.RawType;
        if (type == typeof(MLImage))
            return new BufferedImages(input, column, size, row);
        var buffer = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? typeof(BufferedVectors<>).MakeGenericType(type.GetGenericArguments())
            : typeof(BufferedValues<>).MakeGenericType(type);
        var getter = typeof(BufferedColumn)
            .GetMethod(nameof(GetterOf), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [input, column]);
        return (BufferedColumn)Activator.CreateInstance(buffer, getter, size, row)!;
    }

    private static ValueGetter<T> GetterOf<T>(DataViewRow input, DataViewSchema.Column column) => input.GetGetter<T>(column);
}
