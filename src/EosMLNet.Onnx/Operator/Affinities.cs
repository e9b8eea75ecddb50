using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>How alike tokens are, as nodes.</summary>
internal static class Affinities
{
    private const double Shortest = 1e-12;

    /// <summary>Cosine similarities, (G, m, f) and (G, k, f) to (G, m, k).</summary>
    internal static Value Cosine(Value from, Value to)
    {
        var products = from.MatMul(to.Transpose(0, 2, 1));
        return products / Lengths(from).Unsqueeze(2) / Lengths(to).Unsqueeze(1);

        static Value Lengths(Value x) => x.Length(-1).Maximum(x.Like(Shortest));
    }

    /// <summary>Euclidean distances, (G, m, f) and (G, k, f) to (G, m, k). Equal tokens may be a rounding error apart.</summary>
    internal static Value Distance(Value from, Value to)
    {
        var squares = Squares(from).Unsqueeze(2) + Squares(to).Unsqueeze(1) - from.MatMul(to.Transpose(0, 2, 1)) * 2;
        return squares.Maximum(squares.Like(0)).Sqrt();

        static Value Squares(Value x) => (x * x).Sum(-1);
    }

    /// <summary>The affinity S of each token to some of them, (G, n, k), without the mask.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="affinity">What similarity is made of.</param>
    /// <param name="to">Places of the receiving tokens, (G, k); null for all.</param>
    internal static Value Of(SiteTokens tokens, Affinity affinity, Value? to)
    {
        var feature = tokens.Feature;
        var receiving = to is null ? feature : feature.Rows(to);
        var similarity = affinity.Measure == AffinityMeasure.Cosine ? Cosine(feature, receiving) : -Distance(feature, receiving);
        if (affinity.SpatialSigma is not { } sigma)
            return similarity;
        return similarity - (Apart(SiteTableKind.Rows) + Apart(SiteTableKind.Columns)) / (sigma * sigma);

        Value Apart(SiteTableKind axis)
        {
            var places = tokens.Tables.LookUp(new(axis), tokens.Index);                             // (G, n)
            var apart = places.Unsqueeze(2) - (to is null ? places : places.Picked(to)).Unsqueeze(1);
            return apart * apart;                                                                   // (G, n, k)
        }
    }
}
