using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>
/// A column of pictures. Each belongs to somebody: the producer's stays with the producer, the buffer holds a copy, and a consumer gets a copy of
/// his own to keep or dispose; as with <c>LoadImages</c>, the one that he hands in is disposed. Copying pixels is cheap beside decoding them again.
/// </summary>
internal sealed class BufferedImages(DataViewRow input, DataViewSchema.Column column, int size, Func<int> row) : BufferedColumn
{
    private readonly ValueGetter<MLImage> source = input.GetGetter<MLImage>(column);
    private readonly MLImage?[] pictures = new MLImage?[size];
    private MLImage? produced;

    /// <summary>The column's place in the input.</summary>
    public int Source => column.Index;

    public MLImage? this[int slot] => pictures[slot];

    public override Delegate Getter => (ValueGetter<MLImage>)((ref MLImage value) =>
    {
        value?.Dispose();
        value = pictures[row()]?.Copy()!;
    });

    public override void Fetch(int slot)
    {
        source(ref produced!);
        pictures[slot]?.Dispose();
        pictures[slot] = produced?.Copy();
    }

    public override void Dispose()
    {
        foreach (var picture in pictures)
            picture?.Dispose();
    }
}
