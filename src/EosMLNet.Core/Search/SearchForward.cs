using EosMLNet.Models;
using EosMLNet.Reduction;
using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Runs packed rows through the frozen decoder with soft sites. The forward values are those of the executed plan; only the gradients are soft.
/// </summary>
internal sealed class SearchForward(VisionLanguageModel model)
{
    // What a dropped token still weighs in attention. Its gradient, attention weight over this number, does not depend on it.
    private const double Residue = 1e-7;

    /// <summary>Hidden states of the text that leave the last layer, (B, S, d), before the final normalisation.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="vision">The pictures of the rows, in their order.</param>
    /// <param name="sites">The sites, in the order in which they act; none for the unreduced model.</param>
    /// <param name="temperature">T of the soft selections.</param>
    /// <param name="candidates">How many visual tokens stay in the sequence behind a site that keeps so many.</param>
    internal Tensor Run(PackedBatch batch, VisionOutput vision, IReadOnlyList<SoftSite> sites, double temperature, Func<int, int> candidates)
    {
        using var scope = NewDisposeScope();
        var prefix = model.EmbedTokens(batch.PrefixIds);                                  // (B, P, d)
        var text = model.EmbedTokens(batch.TextIds);                                      // (B, S, d)
        var features = vision.Features;                                                   // (B, n, d)
        var working = features.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var patches = Scalars.Range(features.size(1), features.device).unsqueeze(0).expand(features.size(0), -1);
        var full = ones(features.size(0), features.size(1), working, features.device);
        var tokens = new SoftTokens(features, full, full, patches);
        var proportional = Scalars.Constant(0, [], working, features.device);
        var instruction = sites.Any(site => site.Site.Score.ContainsKey(ScoreCriterion.TextRelevance)) ? batch.Instruction(text) : null;
        Tensor? rotaryOf = null, textAttention = null, bias = null;
        Rotary rotary = null!;
        var next = 0;
        for (var layer = 0; layer < model.LayerCount; layer++)
        {
            for (; next < sites.Count && sites[next].Site.Layer == layer; next++)
            {
                var keys = sites[next].Site.Affinity.Feature == AffinityFeature.Key ? model.Keys(layer, tokens.Hidden) : null;
                tokens = SoftReduction.Apply(tokens, sites[next], temperature, candidates, model.Grid, vision.ClsAttention, textAttention, keys, instruction);
                proportional = sites[next].Proportional;
                bias = null;
            }
            if (bias is null)
            {
                bias = Bias(batch, tokens, proportional).to_type(features.dtype);
                if (!ReferenceEquals(rotaryOf, tokens.Patches))
                    (rotary, rotaryOf) = (model.Rotary(batch.Positions(tokens.Patches)), tokens.Patches);
            }
            var hidden = cat([prefix, tokens.Hidden, text], 1);                           // (B, T, d)
            textAttention = next < sites.Count && sites[next].Site.Layer == layer + 1 && sites[next].Site.Score.ContainsKey(ScoreCriterion.TextAttention)
                ? TextAttention(layer, hidden, rotary, bias, batch, tokens) : null;
            hidden = model.RunLayer(layer, hidden, rotary, bias);
            var (p, n, s) = (prefix.size(1), tokens.Hidden.size(1), text.size(1));
            (prefix, text) = (hidden.narrow(1, 0, p), hidden.narrow(1, p + n, s));
            tokens = tokens with { Hidden = hidden.narrow(1, p, n) };
        }
        return text.MoveToOuterDisposeScope();
    }

    // Who sees whom, and how visible each visual token is: log m, and log c at the site's weight. A token always sees itself, so that a dropped
    // one goes on as if it were there: its gradient is about its return.
    private static Tensor Bias(PackedBatch batch, SoftTokens tokens, Tensor proportional)
    {
        using var scope = NewDisposeScope();
        var present = tokens.Mask.Plus(Residue).log();                                    // (B, n)
        long p = batch.PrefixIds.size(1), n = present.size(1), s = batch.TextIds.size(1);
        var weight = tokens.Mass.log().mul(proportional).Plus(present);
        var columns = nn.functional.pad(weight, [p, s]).unsqueeze(1).unsqueeze(1);        // (B, 1, 1, T)
        var diagonal = nn.functional.pad(present, [p, s]).diag_embed().unsqueeze(1);      // (B, 1, T, T)
        return batch.Visibility(n, present.dtype).Plus(columns).sub(diagonal).MoveToOuterDisposeScope();
    }

    // The last instruction token's attention to the visual tokens at one layer, averaged over heads: (B, n). One question a row.
    private Tensor TextAttention(int layer, Tensor hidden, Rotary rotary, Tensor bias, PackedBatch batch, SoftTokens tokens)
    {
        using var scope = NewDisposeScope();
        var (p, n) = (batch.PrefixIds.size(1), tokens.Hidden.size(1));
        var query = batch.InstructionEnds.Plus(tensor(p + n)).unsqueeze(1);                      // (B, 1)
        var rows = bias.gather(2, query.unsqueeze(1).unsqueeze(-1).expand(-1, 1, 1, bias.size(-1)));  // (B, 1, 1, T)
        var attention = model.QueryAttention(layer, hidden, rotary, query, rows);         // (B, H, 1, T)
        return attention.mean([1L]).squeeze(1).narrow(1, p, n).MoveToOuterDisposeScope();
    }
}
