using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>
/// A column of pictures. Where its producer makes a new picture each time it is asked (<c>LoadImages</c>), the buffer owns what it was
/// given, and a consumer gets a copy of his own; as with <c>LoadImages</c>,
/// the one that he hands in is disposed. Where the producer hands on pictures that somebody else holds (those of a program's own list),
/// they are handed on as they are, and never disposed.
/// </summary>
internal sealed class BufferedImages(DataViewRow input, DataViewSchema.Column column, int size, Func<int> row) : BufferedColumn
{
    private readonly ValueGetter<MLImage> source = input.GetPictureGetter(column);
    private readonly MLImage?[] pictures = new MLImage?[size]; // as they came
    private readonly MLImage?[] copies = new MLImage?[size];   // while it is not known whether those last
    private bool? makes;                                       // a new picture each time; null before the first one
    private volatile bool lasts;                               // known to live on when the input moves on
    private MLImage? previous;

    /// <summary>The column's place in the input.</summary>
    public int Source => column.Index;

    public MLImage? this[int slot] => pictures[slot];

    public override Delegate Getter => (ValueGetter<MLImage>)((ref MLImage value) =>
    {
        var slot = row();
        if (makes == true)
        {
            value?.Dispose();
            value = pictures[slot]?.Copy()!;
        }
        else
        {
            if (!lasts && copies[slot] is { } copy)
                (pictures[slot], copies[slot]) = (copy, null); // the consumer's from now on
            value = pictures[slot]!;
        }
    });

    public override void Fetch(int slot)
    {
        Free(slot);
        var picture = pictures[slot] = Produced();
        if (picture is null)
            return;
        makes ??= IsMadeAnew(picture);
        if (makes == true)
            return;
        if (previous is not null && !ReferenceEquals(previous, picture))
            lasts = IsAlive(previous);
        previous = picture;
        if (!lasts)
            copies[slot] = picture.Copy();
    }

    public override void Dispose()
    {
        for (var slot = 0; slot < size; slot++)
            Free(slot);
    }

    // Into an empty holder: what is put there is never handed back to the producer, who might dispose it.
    private MLImage? Produced()
    {
        MLImage? picture = null;
        source(ref picture!);
        return picture;
    }

    // Asked twice for one row, a list gives the same object, and LoadImages two.
    private bool IsMadeAnew(MLImage picture)
    {
        var again = Produced();
        if (ReferenceEquals(again, picture))
            return false;
        again?.Dispose();
        return true;
    }

    private static bool IsAlive(MLImage picture)
    {
        try
        {
            return picture.Width > 0;
        }
        catch (InvalidOperationException) // "Object is disposed": by a program that disposes each picture when the next is asked for
        {
            return false;
        }
    }

    private void Free(int slot)
    {
        if (makes == true)
            pictures[slot]?.Dispose();
        copies[slot]?.Dispose();
        (pictures[slot], copies[slot]) = (null, null);
    }
}
