using Microsoft.ML;

namespace EosMLNet;

/// <summary>A column of values that an assignment copies: numbers, text, keys, dates.</summary>
internal sealed class BufferedValues<T>(ValueGetter<T> source, int size, Func<int> row) : BufferedColumn
{
    private readonly T[] values = new T[size];

    public override Delegate Getter => (ValueGetter<T>)((ref T value) => value = values[row()]);

    public override void Fetch(int slot) => source(ref values[slot]);
}
