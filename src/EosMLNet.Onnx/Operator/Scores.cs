using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>The scores of a site as nodes: a mixture of standardised criteria.</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="site">The site.</param>
/// <param name="kept">How many it keeps.</param>
/// <param name="learned">The learned parameters of the plan's scores.</param>
internal sealed class Scores(SiteTokens tokens, ReductionSite site, KeptCount kept, ScoreParameters? learned)
{
    private const double Shortest = 1e-12, AboveAnyCosine = 2, Fewest = 1e-30;

    private Graph Graph => tokens.Graph;

    private ElementType Type => tokens.Tokens.Type;

    /// <summary>The score of each token, (G, n); minus infinity for those that an image does not have.</summary>
    internal Value Total()
    {
        var each = site.Score.Select(criterion => Standardised(Values(criterion.Key)) * criterion.Value).ToArray();
        var total = each.Length == 0 ? Graph.Number(Type, 0).Expand(tokens.Mass.Shape()) : each.Aggregate((sum, next) => sum + next);
        return tokens.Present is { } present ? present.Where(total, total.Like(double.NegativeInfinity)) : total;
    }

    /// <summary>A criterion as it is, (G, n).</summary>
    /// <exception cref="EosException">EOS4002: what it looks at is missing.</exception>
    internal Value Values(ScoreCriterion criterion) => criterion switch
    {
        ScoreCriterion.ClsAttention => tokens.ClsAttention ?? throw Missing(criterion, "the [CLS] attention of the vision tower"),
        ScoreCriterion.TextAttention or ScoreCriterion.KeyNorm => Observed(criterion).Squeeze(1),
        ScoreCriterion.RaterAttention => OfRaters(Observed(criterion)),
        ScoreCriterion.Novelty => Novelty(),
        ScoreCriterion.FeatureNorm => tokens.Tokens.Length(-1),
        ScoreCriterion.Probe => Along(Graph.Tensor("probe", Probe(criterion), Probe(criterion).Length)),
        ScoreCriterion.TextRelevance => Relevance(),
        ScoreCriterion.Lattice => Lattice(),
        ScoreCriterion.Random => tokens.Tables.LookUp(new(SiteTableKind.Random, site.Seed), tokens.Index),
        ScoreCriterion.BipartiteMatch => BipartiteMatch(),
        ScoreCriterion.Grid => Grid(),
        ScoreCriterion.TemporalNovelty => TemporalNovelty(),
        _ => throw new ArgumentOutOfRangeException(nameof(criterion), criterion, null),
    };

    /// <summary>Which tokens stand at odd places, (1, n), bool: ToMe's receiving set.</summary>
    internal Value IsOdd()
    {
        var place = tokens.CountNumber.Range() + tokens.Offset;
        return Graph.Node("Mod", ElementType.Int64, [place, place.Like(2)]).Equal(place.Like(1)).Unsqueeze(0);
    }

    // To mean 0 and standard deviation 1 over the tokens that are there; 0 where all are alike.
    private Value Standardised(Value x)
    {
        var count = tokens.There?.Sum(-1, keep: true);                                              // (G, 1)
        var mean = Mean(x);
        var centred = x - mean;
        var variance = Mean(centred * centred);
        // What rounding leaves of a constant criterion must not be blown up to unit variance.
        var constant = variance.LessOrEqual(mean * mean * 1e-12 + Fewest);
        return constant.Where(x.Like(0), centred / constant.Where(x.Like(1), variance).Sqrt());

        Value Mean(Value of) => count is null ? of.Mean(-1, keep: true) : (of * tokens.There!).Sum(-1, keep: true) / count;
    }

    private Value Unit(Value x) => x / x.Length(-1, keep: true).Maximum(x.Like(Shortest));

    private Value Novelty()
    {
        var unit = Unit(tokens.Tokens);                                                             // (G, n, d)
        var own = (unit * unit).Sum(-1);                                                            // (G, n)
        if (tokens.There is not { } there)
        {
            var cosines = (unit * unit.Sum(1, keep: true)).Sum(-1) - own;                           // (G, n)
            var others = (tokens.CountNumber.Cast(Type) - 1).Maximum(Graph.Number(Type, 1));
            return -(cosines / others) + 1;
        }
        var sum = (unit * there.Unsqueeze(2)).Sum(1, keep: true);                                   // (G, 1, d)
        var toOthers = (unit * sum).Sum(-1) - own * there;
        return -(toOthers / (there.Sum(-1, keep: true) - there).Maximum(there.Like(1))) + 1;
    }

    // Equal tokens have to score equally wherever they stand: a sum over each token, not a matrix product.
    private Value Along(Value direction) => (tokens.Tokens * direction).Sum(-1);

    private Value Relevance()
    {
        var relevance = learned?.Relevance ?? throw Missing(ScoreCriterion.TextRelevance, "the learned bilinear form");
        var instruction = tokens.Instruction ?? throw Missing(ScoreCriterion.TextRelevance, "an instruction");
        var text = Graph.Tensor("relevance.text", relevance.Text, relevance.Rank, relevance.Text.Length / relevance.Rank);
        var visual = Graph.Tensor("relevance.visual", relevance.Visual, relevance.Rank, relevance.Visual.Length / relevance.Rank);
        return Along(instruction.MatMul(text.Transpose(1, 0)).MatMul(visual).Unsqueeze(1));
    }

    // The mean over heads, or over those whose raters look at the image most.
    private Value OfRaters(Value attention)                                                         // (G, H, n)
    {
        if (site.RaterHeads is not { } some)
            return attention.Mean(1);
        var total = (tokens.There is { } there ? attention * there.Unsqueeze(1) : attention).Sum(-1);                   // (G, H)
        var count = attention.Size(1).Minimum(Graph.Integers(some));
        return attention.Rows(total.Top(count).Places).Mean(1);
    }

    // 1 for the middle of each of k equal stretches of n tokens: (2 i + 1) n / (2 k) for i below k.
    private Value Lattice()
    {
        var count = tokens.Present?.Cast(ElementType.Int64).Sum(1, keep: true) ?? tokens.Count;     // (G, 1) or (1)
        var place = tokens.CountNumber.Range().Unsqueeze(0);                                        // (1, n)
        return Before(place).Less(Before(place + 1)).Cast(Type).Expand(tokens.Mass.Shape());

        // How many middles stand before a place.
        Value Before(Value at) => (at * (kept.Each ?? kept.Most) * 2 + count - 1) / (count * 2);
    }

    private Value BipartiteMatch()
    {
        var odd = IsOdd();
        var cosines = Affinities.Cosine(tokens.Feature, tokens.Feature);                            // (G, n, n)
        var compared = tokens.Present is { } present ? present.And(odd) : odd;                      // (G or 1, n)
        var best = compared.Unsqueeze(1).Where(cosines, cosines.Like(double.NegativeInfinity)).Max(-1);  // (G, n)
        return odd.Where(best.Like(AboveAnyCosine), -best);
    }

    private Value Grid()
    {
        var window = tokens.Tables.LookUp(new(SiteTableKind.Windows, site.Keep), tokens.Index);     // (G, n)
        var distance = tokens.Tables.LookUp(new(SiteTableKind.DistancesToMiddle, site.Keep), tokens.Index);
        var rank = distance * (1L << 20) + tokens.Index; // unique: distance first, then index
        var same = window.Unsqueeze(2).Equal(window.Unsqueeze(1));                                  // (G, n, n)
        var nearer = rank.Unsqueeze(1).Less(rank.Unsqueeze(2));
        var beaten = same.And(nearer).Cast(Type).Max(-1);                                           // (G, n)
        return window.Greater(window.Like(PatchTables.NoWindow)).Cast(Type) * (-beaten + 1);
    }

    private Value TemporalNovelty()
    {
        var unit = Unit(tokens.Tokens);                                                             // (G, n, d)
        if (tokens.There is { } there)
            unit *= there.Unsqueeze(2);
        // Which token is the one before: n where none is there.
        var before = tokens.Tables.LookUp(new(SiteTableKind.Before), tokens.Index);                 // (G, n)
        var same = before.Unsqueeze(2).Equal(tokens.Index.Unsqueeze(1)).Cast(Type);                 // (G, n, n)
        return -(same * unit.MatMul(unit.Transpose(0, 2, 1))).Sum(-1) + 1;
    }

    private float[] Probe(ScoreCriterion criterion) => learned?.Probe ?? throw Missing(criterion, "the learned probe");

    private Value Observed(ScoreCriterion criterion) => tokens.Observed?.GetValueOrDefault(criterion)
        ?? throw Missing(criterion, "attention of a decoder layer");

    private EosException Missing(ScoreCriterion criterion, string what) => new(EosErrors.PlanMismatch,
        $"{site.Place} uses {criterion}, but {what} is missing. Use a plan whose scores this model can compute.");
}
