using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>Reads image and question of the row that a cursor or a row stands on. Belongs to one cursor, so to one thread.</summary>
internal sealed class QueryReader(DataViewRow row, ValueGetter<MLImage> image, ValueGetter<ReadOnlyMemory<char>> question)
{
    // One holder for all rows: by ML.NET's convention the producer of an image (LoadImages) disposes what it finds in it. The last image is
    // left to its producer as well: it may be an object of the caller's own collection, who will want to read it again.
    private MLImage? image;
    private ReadOnlyMemory<char> text;

    public QueryReader(DataViewRow row, AnswerSettings settings)
        : this(row, row.GetImageGetter(row.Schema[settings.Image]), row.GetGetter<ReadOnlyMemory<char>>(row.Schema[settings.Question]))
    {
    }

    /// <exception cref="EosException">EOS1001, EOS1010, EOS1011: the image is missing or is not one; the message names the
    /// row.</exception>
    public Query Read()
    {
        image(ref image!);
        question(ref text);
        return new Query(image?.ToRgb(row), text.ToString());
    }
}
