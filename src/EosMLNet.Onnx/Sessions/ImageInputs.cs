using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Operator;

namespace EosMLNet.Onnx.Sessions;

/// <summary>
/// What a decoder graph is given of G images, n visual tokens each; those of images that have fewer are filled up.
/// </summary>
/// <param name="graph">How the graph was written.</param>
/// <param name="images">The images.</param>
/// <param name="most">The most tokens of an image, n.</param>
internal sealed class ImageInputs(DecoderGraph graph, IReadOnlyList<EncodedImage> images, int most)
{
    /// <summary>The visual tokens, (G · n, d).</summary>
    internal float[] Features(int width) => Filled(image => image.Features, width);

    /// <summary>All but the visual tokens and their places: those that a graph has as inputs.</summary>
    /// <param name="wanted">The names of the graph's inputs.</param>
    /// <param name="width">The width of a visual token, d.</param>
    /// <param name="alike">Whether a site is told one number of tokens for all images, not one for each.</param>
    internal IEnumerable<(string Name, Array Values, long[] Shape)> Others(IReadOnlyCollection<string> wanted, int width, bool alike)
    {
        if (wanted.Contains(DecoderNames.Mass))
            yield return (DecoderNames.Mass, Filled(image => image.Mass!, 1), [images.Count, most]);
        if (wanted.Contains(DecoderNames.ClsAttention))
            yield return (DecoderNames.ClsAttention, Filled(image => image.ClsAttention!, 1), [images.Count, most]);
        if (graph.PlaneCount > 0)
        {
            var each = graph.PlaneCount * width;
            yield return (DecoderNames.Planes, Filled(image => image.Planes!, each), [images.Count, most, each]);
        }
        foreach (var (site, name) in graph.CountedSites)
        {
            long[] kept = [.. images.Select(image => (long)graph.KeptOf(site, image.Layout))];
            yield return alike ? (name, new[] { kept.FirstOrDefault(1) }, [1]) : (name, kept, [images.Count, 1]);
        }
        foreach (var table in wanted.Select(SiteTable.Of).OfType<SiteTable>())
        {
            double[][] entries = [.. images.Select(image => table.Of(image.Layout))];
            var longest = entries.Length == 0 ? 1 : entries.Max(of => of.Length);
            var all = new double[entries.Length * longest];
            foreach (var (i, of) in entries.Index())
                of.CopyTo(all, i * longest);
            Array values = table.Type == Graphs.ElementType.Float
                ? Array.ConvertAll(all, x => (float)x) : Array.ConvertAll(all, x => (long)x);
            yield return (table.Name, values, [entries.Length, longest]);
        }
    }

    private float[] Filled(Func<EncodedImage, float[]> part, int each)
    {
        if (images.All(image => image.Count == most) && images is [var only])
            return part(only);
        var all = new float[images.Count * most * each];
        foreach (var (i, image) in images.Index())
            part(image).CopyTo(all, i * most * each);
        return all;
    }
}
