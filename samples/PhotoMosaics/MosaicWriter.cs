using PhotoMosaics.Mosaics;
using PhotoMosaics.Photos;
using ScenesVqa;
using ScenesVqa.Questions;

namespace PhotoMosaics;

/// <summary>Writes mosaics (PNG) and one TSV a split, as <see cref="DatasetWriter"/> has them. The splits never share a photograph.</summary>
internal static class MosaicWriter
{
    /// <summary>Writes <c>train.tsv</c>, <c>validation.tsv</c>, <c>test.tsv</c> with this many mosaics each, and <c>images/*.png</c>.</summary>
    /// <exception cref="EosMLNet.EosException">EOS1012: too few photographs. EOS2003: the folder cannot be written.</exception>
    public static void Write(string folder, PhotoAlbum album, int seed, int train, int validation, int test)
    {
        (string Split, int Count)[] splits = [("train", train), ("validation", validation), ("test", test)];
        var total = (double)splits.Sum(split => split.Count);
        var wanted = splits.Where(split => split.Count > 0).ToList();
        var parts = album.Deal(seed, [.. wanted.Select(split => split.Count / total)]);
        foreach (var (split, count) in splits)
        {
            var at = wanted.IndexOf((split, count));
            using var mosaics = (at < 0 ? [] : Mosaics(parts[at], seed)).GetEnumerator();
            DatasetWriter.WriteSplit(folder, split, count, mosaics);
        }
    }

    private static IEnumerable<(byte[] Png, List<SceneQuestion> Questions)> Mosaics(PhotoAlbum album, int seed)
    {
        var stream = new MosaicStream(album, seed);
        for (var index = 0L; ; index++)
        {
            var mosaic = stream.Compose(index);
            yield return (DatasetWriter.EncodePng(Mosaic.Side, Mosaic.Side, mosaic.ToImage().Pixels.Span), stream.Ask(index, mosaic));
        }
    }
}
