using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Internals;

/// <summary>
/// Reading a column of images, or of paths of several images a row. What goes wrong in the stage that makes images (ML.NET's own
/// <c>LoadImages</c>, mostly) or with a path gets a code and the row's number.
/// </summary>
internal static class ImageColumn
{
    /// <summary>
    /// The column's getter. It throws an <see cref="EosException"/>: EOS1011 where an image's file does not exist, EOS1001 where it cannot
    /// be read, EOS1010 where it is no image.
    /// </summary>
    public static ValueGetter<MLImage> GetImageGetter(this DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<MLImage>(column);
        return (ref MLImage value) =>
        {
            try
            {
                getter(ref value);
            }
            catch (Exception e) when (Fault(e) is not null)
            {
                var (code, what) = Fault(e)!.Value;
                throw new EosException(code,
                    $"Row {row.Position + 1}: the image of column '{column.Name}' {what}; correct or remove the row.", e);
            }
        };
    }

    /// <summary>
    /// What reads a row's images: one of a column of images, any number of a vector of paths (of videos behind <c>video:</c>), none where
    /// they are missing or empty.
    /// </summary>
    public static Func<IReadOnlyList<Visual>> GetImageReader(
        this DataViewRow row, DataViewSchema.Column column, FrameSampling? videos) =>
        column.Type is VectorDataViewType ? row.GetPathReader(column, videos) : row.GetImageReader(row.GetImageGetter(column));

    /// <summary>What reads a row's image.</summary>
    public static Func<IReadOnlyList<Visual>> GetImageReader(this DataViewRow row, ValueGetter<MLImage> getter)
    {
        // One holder for all rows: by ML.NET's convention the producer of an image (LoadImages) disposes what it finds in it. The last
        // image is left to its producer as well: it may be an object of the caller's own collection, who will want to read it again.
        MLImage? image = null;
        return () =>
        {
            getter(ref image!);
            return image is null ? [] : [image.ToRgb(row)];
        };
    }

    private static Func<IReadOnlyList<Visual>> GetPathReader(
        this DataViewRow row, DataViewSchema.Column column, FrameSampling? videos)
    {
        var getter = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
        VBuffer<ReadOnlyMemory<char>> value = default;
        return () =>
        {
            getter(ref value);
            string[] paths = [.. value.DenseValues().Select(path => path.ToString())];
            var empty = paths.Count(string.IsNullOrWhiteSpace);
            if (empty == paths.Length)
                return [];
            return empty == 0 ? [.. paths.Select(path => Load(row, column, path, videos))] : throw new EosException(EosErrors.DatasetRow,
                $"Row {row.Position + 1}: column '{column.Name}' has {paths.Length} paths of images, {empty} of them empty; expected the " +
                "path of a file in each place. Use a vector of variable size where rows have different numbers of images.");
        };
    }

    private static Visual Load(DataViewRow row, DataViewSchema.Column column, string path, FrameSampling? videos)
    {
        if (ImageCell.VideoPath(path) is { } video)
        {
            return videos is null
                ? throw new EosException(EosErrors.DatasetRow,
                    $"Row {row.Position + 1}: column '{column.Name}' has the video '{video}', but the model takes no videos. " +
                    "Ask about its frames as images.")
                : row.Named(() => VideoFile.Read(video, videos));
        }
        if (!File.Exists(path))
            throw new EosException(EosErrors.DatasetRow,
                $"Row {row.Position + 1}: the image '{path}' of column '{column.Name}' does not exist; correct or remove the row.");
        return row.Named(() => RgbImage.Decode(path));
    }

    /// <summary>The image as EosMLNet's own type.</summary>
    /// <exception cref="EosException">EOS1010: its file is cut short or damaged.</exception>
    private static RgbImage ToRgb(this MLImage image, DataViewRow row) => row.Named(image.ToRgb);

    private static T Named<T>(this DataViewRow row, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EosException e)
        {
            // without the code, which the new message begins with
            throw new EosException(e.Code, $"Row {row.Position + 1}: {e.Message[(e.Code.Length + 2)..]}", e);
        }
    }

    // Other exceptions are those of a program's own stages, and are left as they are.
    private static (string Code, string What)? Fault(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => (EosErrors.DatasetRow, $"does not exist: {e.Message.TrimEnd('.')}"),
        IOException or UnauthorizedAccessException => (EosErrors.FileMissing, $"cannot be read: {e.Message.TrimEnd('.')}"),
        ArgumentException { ParamName: "imageStream" or "imagePath" } =>
            (EosErrors.UnreadableImage, "is empty or of no known image format; expected a whole PNG, JPEG, WebP, GIF or BMP file"),
        _ => null,
    };
}
