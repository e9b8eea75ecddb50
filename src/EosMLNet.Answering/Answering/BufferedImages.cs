using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>
/// A column of images. Where its producer makes a new image each time it is asked (<c>LoadImages</c>), the buffer owns what it was
/// given, and a consumer gets a copy of his own; as with <c>LoadImages</c>,
/// the one that he hands in is disposed. Where the producer hands on images that somebody else holds (those of a program's own list),
/// they are handed on as they are, and never disposed.
/// </summary>
internal sealed class BufferedImages(DataViewRow input, DataViewSchema.Column column, int size, Func<int> row) : BufferedColumn
{
    private readonly ValueGetter<MLImage> source = input.GetImageGetter(column);
    private readonly MLImage?[] images = new MLImage?[size]; // as they came
    private readonly MLImage?[] copies = new MLImage?[size];   // while it is not known whether those last
    private bool? makes;                                       // a new image each time; null before the first one
    private volatile bool lasts;                               // known to live on when the input moves on
    private MLImage? previous;

    /// <summary>The column's place in the input.</summary>
    public int Source => column.Index;

    public MLImage? this[int slot] => images[slot];

    public override Delegate Getter => (ValueGetter<MLImage>)((ref MLImage value) =>
    {
        var slot = row();
        if (makes == true)
        {
            value?.Dispose();
            value = images[slot]?.Copy()!;
        }
        else
        {
            if (!lasts && copies[slot] is { } copy)
                (images[slot], copies[slot]) = (copy, null); // the consumer's from now on
            value = images[slot]!;
        }
    });

    public override void Fetch(int slot)
    {
        Free(slot);
        var image = images[slot] = Produced();
        if (image is null)
            return;
        makes ??= IsMadeAnew(image);
        if (makes == true)
            return;
        if (previous is not null && !ReferenceEquals(previous, image))
            lasts = IsAlive(previous);
        previous = image;
        if (!lasts)
            copies[slot] = image.Copy();
    }

    public override void Dispose()
    {
        for (var slot = 0; slot < size; slot++)
            Free(slot);
    }

    // Into an empty holder: what is put there is never handed back to the producer, who might dispose it.
    private MLImage? Produced()
    {
        MLImage? image = null;
        source(ref image!);
        return image;
    }

    // Asked twice for one row, a list gives the same object, and LoadImages two.
    private bool IsMadeAnew(MLImage image)
    {
        var again = Produced();
        if (ReferenceEquals(again, image))
            return false;
        again?.Dispose();
        return true;
    }

    private static bool IsAlive(MLImage image)
    {
        try
        {
            return image.Width > 0;
        }
        catch (InvalidOperationException) // "Object is disposed": by a program that disposes each image when the next is asked for
        {
            return false;
        }
    }

    private void Free(int slot)
    {
        if (makes == true)
            images[slot]?.Dispose();
        copies[slot]?.Dispose();
        (images[slot], copies[slot]) = (null, null);
    }
}
