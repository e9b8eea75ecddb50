using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Internals;

/// <summary>
/// Reading a column of images. What goes wrong in the stage that makes them (ML.NET's own <c>LoadImages</c>, mostly) gets a code and the
/// row's number.
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

    /// <summary>The image as EosMLNet's own type.</summary>
    /// <exception cref="EosException">EOS1010: its file is cut short or damaged.</exception>
    public static RgbImage ToRgb(this MLImage image, DataViewRow row)
    {
        try
        {
            return image.ToRgb();
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
