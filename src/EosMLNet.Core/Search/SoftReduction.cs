using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// <see cref="ReductionOperator"/> with a gradient to everything: the values are those of the executed operator (the k highest scores stay,
/// exactly), the gradients those of the soft selection (straight-through).
/// </summary>
internal static class SoftReduction
{
    // The gradient of k comes from the tokens near the threshold. This T decides how many count as near: a sharp one leaves so few that
    // noise prevails.
    private const double MarginTemperature = 1;

    /// <summary>Applies one site.</summary>
    /// <param name="tokens">The visual tokens in front of it.</param>
    /// <param name="site">Its parameters.</param>
    /// <param name="temperature">T of the soft selection, in standard deviations of the score.</param>
    /// <param name="candidates">How many tokens stay in the sequence, given the number kept: the kept ones and those that come
    /// closest.</param>
    /// <param name="layout">How the tokens of the unreduced image lie.</param>
    /// <param name="clsAttention">(B, all patches), where the tower has it.</param>
    /// <param name="keys">(B, n, f), where the site asks for them.</param>
    /// <param name="instruction">(B, d), where the site asks for it.</param>
    /// <param name="relaxed">Selects softly in the values too. The gradients are then those of the values, which is what finite differences
    /// can check.</param>
    internal static SoftTokens Apply(
        SoftTokens tokens, SoftSite site, double temperature, Func<int, int> candidates, VisualLayout layout,
        Tensor? clsAttention = null, Tensor? keys = null, Tensor? instruction = null, bool relaxed = false)
    {
        using var scope = NewDisposeScope();
        // Half precision is computed in float32, as in the executed operator, and goes on as what it was.
        var type = tokens.Hidden.dtype;
        var input = new SiteInput(ComputeType.Cast(tokens.Hidden), tokens.Mass, tokens.Patches, layout,
            clsAttention?.gather(1, tokens.Patches), Seen(x => x), keys, instruction, Planes: tokens.Planes);
        var alive = tokens.Mask.detach().Gt(0.5).to_type(tokens.Mask.dtype);           // (B, n)
        // Scores send no gradient into the hidden states. Through them every site would push on the values of all earlier sites, and the
        // sum of those pushes is noise.
        var looked = relaxed ? input : input with
        {
            Tokens = input.Tokens.detach(),
            Observed = Seen(x => x.detach()),
            Keys = keys?.detach(),
        };
        var score = ReductionOperator.Score(looked, site.Site, site.Tensors, alive);      // (B, n)
        var affinity = ReductionOperator.Affinity(input, site.Site.Affinity);             // (B, n, n)
        var (count, there, distance) = Numbers(site, alive);
        // (B, n)
        var worth = site.Diversity is { } diversity
            ? Marginal(score, relaxed ? affinity : affinity.detach(), diversity, distance, count, alive) : score;
        var hard = count == there ? ones_like(score) : HardTopK(worth, count, alive);
        if (relaxed || is_grad_enabled())
        {
            var soft = SoftTopK.Select(worth, relaxed ? site.Count : site.Count.detach(), temperature, alive);
            hard = relaxed ? soft : hard.Add(soft.sub(soft.detach())).Add(PriceOfCount(hard.mul(alive), worth, site.Count, alive));
        }
        var mask = tokens.Mask.mul(hard);                                                 // (B, n)
        var (hidden, mass) = Transfer(input, site, affinity, tokens.Mask, mask);
        hidden = hidden.mul(ReductionOperator.Gain(score, site.Reweight, mask).unsqueeze(-1)).to_type(type);

        var (width, planes) = (input.Tokens.size(-1), tokens.Planes);
        var result = planes is null ? tokens with { Hidden = hidden, Mask = mask, Mass = mass } : tokens with
        {
            Hidden = hidden.narrow(-1, 0, width),
            Mask = mask,
            Mass = mass,
            Planes = hidden.narrow(-1, width, planes.size(-1)),
        };
        var n = (int)score.size(1);
        var stay = Math.Clamp(candidates(count), count, n);
        if (stay < n)
        {
            // An anchor's score counts 1e9 more, so that all of them are among the first.
            var order = worth.detach().Add(mask.detach().Mul(1e9)).topk(stay, -1).indexes.sort(-1).Values; // (B, stay)
            result = result.At(order);
            scope.MoveToOuter([.. result.Observed.Values]);
        }
        else
        {
            result = result with { Patches = result.Patches.alias() };
        }
        scope.MoveToOuter(result.Hidden, result.Mask, result.Mass, result.Patches);
        result.Planes?.MoveToOuterDisposeScope();
        return result;

        Dictionary<ScoreCriterion, Tensor> Seen(Func<Tensor, Tensor> each) =>
            tokens.Observed.Where(seen => seen.Key == Observation.Of(seen.Key.Criterion, site.Site))
                .ToDictionary(seen => seen.Key.Criterion, seen => each(seen.Value));
    }

    // The score less δ times what a token has in common with the anchors chosen before it. The k highest are the anchors, as the executed
    // operator chooses them one after another.
    private static Tensor Marginal(Tensor score, Tensor similarity, Tensor diversity, double distance, int count, Tensor alive)
    {
        var order = MarginalRelevance.Choose(score, similarity, distance, count, alive.Gt(0.5));
        return score.sub(MarginalRelevance.Redundancy(similarity, order).mul(diversity));
    }

    // What the host must know of a site, in one read: how many tokens stay and how many there are, in each row as in the first, and δ.
    private static (int Kept, int There, double Diversity) Numbers(SoftSite site, Tensor alive)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var found = stack([.. new[] { site.Count, alive[0].sum(), site.Diversity }.OfType<Tensor>()
            .Select(x => x.to_type(ScalarType.Float64))]).Numbers();
        var there = (int)found[1];
        return (Math.Clamp((int)Math.Round(found[0], MidpointRounding.AwayFromZero), 1, there), there, found.Length > 2 ? found[2] : 0);
    }

    // 1 for the k highest scores of the tokens that are there, 0 for the others: (B, n). The lower index wins ties.
    // A token that an earlier site dropped gets a 1 if it would have been kept here. Otherwise its return would change nothing.
    private static Tensor HardTopK(Tensor score, int k, Tensor alive)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var reachable = score.MaskedFill(alive.Eq(0), double.NegativeInfinity);
        var first = reachable.sort(-1, descending: true, stable: true).Indices.narrow(1, 0, k);   // (B, k)
        var hard = zeros_like(score).scatter(1, first, ones_like(score).narrow(1, 0, k));
        var threshold = score.gather(1, first.narrow(1, k - 1, 1));                       // (B, 1)
        var would = score.ge(threshold).to_type(score.dtype).mul(alive.RSub(1));
        return hard.Add(would).MoveToOuterDisposeScope();
    }

    // Its value is 0. Its gradient tells k what the tokens just above the threshold are worth. Those just below are not asked: at a weight
    // of 0 their derivative can exceed their effect by any factor (exp of a logit), and k would only ever grow.
    private static Tensor PriceOfCount(Tensor kept, Tensor score, Tensor count, Tensor alive)
    {
        Tensor share;
        using (no_grad())
        {
            var soft = SoftTopK.Select(score, count, MarginTemperature, alive);
            var near = soft.mul(soft.RSub(1)).Add(1e-6).mul(kept);             // (B, n)
            share = near.div(near.sum(-1, keepdim: true));
        }
        return share.mul(count.sub(count.detach()));
    }

    // Each token gives away γ of the mass that it loses here, to the tokens that stay, in proportion to exp(S/τ)·m'.
    private static (Tensor Hidden, Tensor Mass) Transfer(SiteInput input, SoftSite site, Tensor affinity, Tensor before, Tensor after)
    {
        var (tokens, mass) = (ReductionOperator.Carried(input), input.Mass);
        var given = before.sub(after).mul(mass).mul(site.Transfer);                       // (B, n)
        var weights = TransferWeights.Masked(affinity, after, site.Site.Temperature, site.Temperature); // (B, n giving, n taking)
        var taken = weights.transpose(1, 2).matmul(cat([tokens.mul(given.unsqueeze(-1)), given.unsqueeze(-1)], -1)); // (B, n, d' + 1)
        var d = tokens.size(-1);
        var takenMass = taken.narrow(-1, d, 1);                                           // (B, n, 1)
        var total = mass.unsqueeze(-1).Add(takenMass);                                   // (B, n, 1)
        var hidden = tokens.mul(mass.unsqueeze(-1)).Add(taken.narrow(-1, 0, d)).div(total);
        return (hidden, total.squeeze(-1));
    }
}
