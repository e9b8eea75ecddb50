using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>A column of vectors. An assignment would share their memory with the consumer, who may write into it.</summary>
internal sealed class BufferedVectors<T>(ValueGetter<VBuffer<T>> source, int size, Func<int> row) : BufferedColumn
{
    private readonly VBuffer<T>[] vectors = new VBuffer<T>[size];

    public override Delegate Getter => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => vectors[row()].CopyTo(ref value));

    public override void Fetch(int slot) => source(ref vectors[slot]);
}
