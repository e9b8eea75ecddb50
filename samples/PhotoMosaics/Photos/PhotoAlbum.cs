using EosMLNet;
using ScenesVqa;
using ScenesVqa.Scenes;
using SkiaSharp;

namespace PhotoMosaics.Photos;

/// <summary>Labelled photographs: a folder for each class, named as questions name it, with pictures in it.</summary>
/// <param name="Classes">The classes' names, in the order of the alphabet.</param>
/// <param name="Photos">The photographs of each class.</param>
public sealed record PhotoAlbum(IReadOnlyList<string> Classes, IReadOnlyList<IReadOnlyList<Photo>> Photos)
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    /// <summary>The most classes.</summary>
    public const int MostClasses = 16;

    /// <summary>Reads a folder tree <c>class/picture</c>; pictures of other sizes are made square and resized.</summary>
    /// <param name="folder">The tree.</param>
    /// <param name="classes">The classes that are wanted; null for all.</param>
    /// <exception cref="EosException">EOS1001: no such folder, or no folder of a class that is wanted. EOS1012: fewer than two classes, or a class
    /// with fewer than 16 pictures. EOS1013: too many classes, or a name that is no word. EOS1010: a picture that cannot be decoded.</exception>
    public static PhotoAlbum Read(string folder, IReadOnlyList<string>? classes = null)
    {
        if (!Directory.Exists(folder))
            throw new EosException(EosErrors.FileMissing, $"There is no folder '{folder}'. Name one that has a folder of pictures for each class.");
        string[] names = [.. (classes ?? [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path))]).Order(StringComparer.Ordinal)];
        if (names.Length is < 2 or > MostClasses)
            throw new EosException(names.Length < 2 ? EosErrors.EmptyDataset : EosErrors.InvalidOption,
                $"'{folder}' has {names.Length} classes (folders), expected 2 to {MostClasses}. Name some of them with --classes.");
        if (Array.Find(names, name => !name.All(char.IsAsciiLetterLower)) is { } bad)
            throw new EosException(EosErrors.InvalidOption,
                $"A class is called '{bad}', expected one word of small letters, as questions name it. Rename its folder, or leave it out by --classes.");
        return new(names, [.. names.Select((name, index) => ReadClass(Path.Combine(folder, name), index))]);
    }

    private static Photo[] ReadClass(string folder, int index)
    {
        if (!Directory.Exists(folder))
            throw new EosException(EosErrors.FileMissing, $"There is no folder '{folder}'. Each class of --classes needs one.");
        string[] files = [.. Directory.GetFiles(folder).Where(IsPicture).Order(StringComparer.Ordinal)];
        if (files.Length < Mosaics.Mosaic.Cells)
            throw new EosException(EosErrors.EmptyDataset,
                $"'{folder}' has {files.Length} pictures ({string.Join(' ', Extensions)}), expected at least {Mosaics.Mosaic.Cells}. Add some.");
        return [.. files.Select(file => new Photo(index, Pixels(RgbImage.Decode(file)), file))];
    }

    // The middle square, resized.
    private static byte[] Pixels(RgbImage image)
    {
        if (image is { Width: Photo.Side, Height: Photo.Side })
            return image.Pixels.ToArray();
        using var whole = DatasetWriter.ToImage(image.Width, image.Height, image.Pixels.Span);
        var square = Math.Min(image.Width, image.Height);
        using var small = new SKBitmap(new SKImageInfo(Photo.Side, Photo.Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(small))
        using (var smooth = new SKPaint { FilterQuality = SKFilterQuality.High })
            canvas.DrawImage(whole, SKRect.Create((image.Width - square) / 2, (image.Height - square) / 2, square, square),
                SKRect.Create(Photo.Side, Photo.Side), smooth);
        return [.. small.Bytes.Where((_, i) => i % 4 != 3)];
    }

    private static bool IsPicture(string file) => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    /// <summary>Deals the photographs of each class out to albums that share none.</summary>
    /// <param name="seed">The seed of their order.</param>
    /// <param name="shares">The share of each album; together at most 1.</param>
    /// <exception cref="EosException">EOS1012: a class is too small for an album to get one of its photographs.</exception>
    public IReadOnlyList<PhotoAlbum> Deal(int seed, params IReadOnlyList<double> shares)
    {
        var dealt = shares.Select(_ => new List<IReadOnlyList<Photo>>()).ToList();
        foreach (var photos in Photos)
        {
            var order = SceneRandom.For(seed, photos[0].Class, purpose: 2).Permutation(photos.Count);
            var (from, end) = (0, 0.0);
            for (var i = 0; i < shares.Count; i++)
            {
                end += shares[i];
                var to = (int)Math.Round(end * photos.Count);
                if (to == from)
                    throw new EosException(EosErrors.EmptyDataset,
                        $"The class '{Classes[photos[0].Class]}' has {photos.Count} pictures, too few for {shares.Count} parts that share none. Add some.");
                dealt[i].Add([.. order[from..to].Select(at => photos[at])]);
                from = to;
            }
        }
        return [.. dealt.Select(photos => new PhotoAlbum(Classes, photos))];
    }
}
