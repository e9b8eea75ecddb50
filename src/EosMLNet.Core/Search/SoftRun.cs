using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>What a <see cref="SearchForward"/> is given: rows, their images, and how soft sites act on them.</summary>
/// <param name="Batch">The rows.</param>
/// <param name="Vision">The images of the rows, one row behind the other.</param>
/// <param name="Sites">The sites, in the order in which they act; none for the unreduced model.</param>
/// <param name="Temperature">T of the soft selections.</param>
/// <param name="Candidates">How many visual tokens stay in the sequence behind a site that keeps so many.</param>
/// <param name="Relaxed">Whether selections are soft in their values too.</param>
internal sealed record SoftRun(PackedBatch Batch, VisionOutput Vision, IReadOnlyList<SoftSite> Sites, double Temperature,
    Func<int, int> Candidates, bool Relaxed = false)
{
    /// <summary>The sites that are there, in the order in which they act.</summary>
    public IReadOnlyList<SoftSite> Sites { get; } = [.. Sites.Where(site => site.Acts)];

    /// <summary>How many sites stand in front of layers before this one.</summary>
    internal int SitesBefore(int layer) => Sites.TakeWhile(site => site.Site.Layer < layer).Count();

    /// <summary>Whether any site's score looks at a criterion.</summary>
    internal bool LooksAt(ScoreCriterion criterion) => Sites.Any(site => site.Site.Score.ContainsKey(criterion));

    /// <summary>The features of each row's first image, second image, …, (B, n, d) each.</summary>
    internal IReadOnlyList<Tensor> ImageFeatures => [.. Batch.Layouts.Select((_, i) => OfImage(Vision.Features, i))];

    /// <summary>What the first layers add to the tokens of each row's i-th image, (B, n, p · d), where the model has it.</summary>
    internal Tensor? Planes(int i) => Vision.Planes is { } all ? OfImage(all, i).flatten(2) : null;

    /// <summary>[CLS] attention to each row's i-th image, (B, n), where the tower has it.</summary>
    internal Tensor? ClsAttention(int i) => Vision.ClsAttention is { } all ? OfImage(all, i) : null;

    // (N, …) to (B, n, …).
    private Tensor OfImage(Tensor all, int i)
    {
        var (rows, before, together) =
            (Batch.Rows.Count, Batch.Layouts.Take(i).Sum(layout => layout.Count), Batch.Layouts.Sum(layout => layout.Count));
        var byRow = all.view([rows, together, .. all.shape[1..]]);
        return Batch.Layouts.Count == 1 ? byRow : byRow.narrow(1, before, Batch.Layouts[i].Count);
    }
}
