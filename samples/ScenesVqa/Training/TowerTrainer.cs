using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using ScenesVqa.Scenes;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ScenesVqa.Training;

/// <summary>
/// Trains the vision tower alone, as LLaVA and Qwen-VL too start from a trained tower: every cell tells what lies under it, and a [CLS] token,
/// where there is one, what is in the image, so that its attention means something. Where the tower cannot know the places of cells, an early
/// layer of the decoder tells them. The linear heads are thrown away afterwards.
/// </summary>
internal sealed class TowerTrainer : IDisposable
{
    private const int HeldOut = 48, PlaceLayer = 1;
    private const double PeakRate = 1.5e-3, SummaryWeight = 0.5, PairWeight = 20; // a mean over 36 pairs of which 4 are there
    private const double PlaceWeight = 2;
    // In the order of DenseLabels.Names: the kind of shape is the hardest to see, and what is merely helpful counts less. What needs a look at other
    // cells comes late, and only where it counts much.
    private static readonly double[] LabelWeights = [1, 2, 1, 1, 0.5, 1, 0.3, 0.3, 3, 3, 1.5, 1.5];

    private readonly VisionLanguageModel model;
    private readonly Backbone backbone;
    private readonly ImageProcessor images;
    private readonly TrainingLog log;
    private readonly SceneStream drawn, unseen;
    private readonly Tensor cellHead;
    private readonly Tensor? clsHead, placeHead;

    public TowerTrainer(VisionLanguageModel model, Backbone backbone, ImageProcessor images, TrainingLog log, int seed, int unseenSeed)
    {
        (this.model, this.backbone, this.images, this.log) = (model, backbone, images, log);
        (drawn, unseen) = (new SceneStream(seed, backbone.ImageSizes), new SceneStream(unseenSeed, backbone.ImageSizes));
        cellHead = HeadOf(DenseLabels.Classes.Sum(), WidthOfStates());
        clsHead = backbone.HasClsToken ? HeadOf(TowerBatch.PairCount + TowerBatch.SummaryClasses.Sum(), WidthOfStates()) : null;
        placeHead = backbone.TowerKnowsPlaces ? null : HeadOf(2 * DenseLabels.MostCells, model.HiddenSize);
    }

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; } = 48;

    /// <summary>The heads, for those who train them together with the model.</summary>
    public IEnumerable<Tensor> Heads => new[] { cellHead, clsHead, placeHead }.OfType<Tensor>();

    /// <summary>Keeps what <see cref="Loss(IReadOnlyList{Scene}, Taps)"/> reads.</summary>
    public Taps NewTaps() => new(backbone.StatesTap, PackedBatch.LayerTap(PlaceLayer));

    public void Run(Budget budget, Action save)
    {
        var tower = model.Weights.Where(w => w.Key.StartsWith(backbone.TowerRoot, StringComparison.Ordinal)).Select(w => w.Value);
        using var adam = new Adam([.. tower, cellHead, .. clsHead is null ? [] : (Tensor[])[clsHead]], PeakRate, weightDecay: 0.02);
        while (budget.Next())
        {
            using var scope = NewDisposeScope();
            adam.LearningRate = CosineSchedule.At(PeakRate, budget.Progress);
            adam.ZeroGrad();
            var scenes = Enumerable.Range(0, BatchSize).Select(i => drawn.Draw((long)budget.Step * BatchSize + i)).ToList();
            using var taps = Encode(scenes);
            var loss = Loss(scenes, taps);
            loss.backward();
            adam.ClipGradients(1);
            adam.Step();
            if (log.IsDue())
            {
                log.Write($"tower step {budget.Step} ({budget.Progress:p0}, {budget.Elapsed.TotalSeconds:f0} s) loss {loss.item<float>():f3} | {Accuracies()}");
                save();
            }
        }
        log.Write($"tower done after {budget.Step} steps, {budget.Elapsed.TotalSeconds:f0} s | {Accuracies()}");
    }

    /// <summary>How badly the model's states tell what is in these scenes.</summary>
    /// <param name="scenes">B scenes.</param>
    /// <param name="taps">What the tower, and the decoder where it ran, made of their images.</param>
    public Tensor Loss(IReadOnlyList<Scene> scenes, Taps taps)
    {
        using var scope = NewDisposeScope();
        var batch = new TowerBatch(scenes, backbone.CellSize);
        var (cells, cls) = Predict(taps[backbone.StatesTap]!);
        var loss = cls is null ? zeros(1).squeeze() : OfSummary(batch, cls);
        foreach (var (label, logits) in Split(cells, 0, DenseLabels.Classes).Index())
        {
            if (backbone.TowerKnowsPlaces || label is not (DenseLabels.Column or DenseLabels.Row))
                loss = loss.Add(functional.cross_entropy(logits, batch.Labels[label], ignore_index: -1).Mul(LabelWeights[label]));
        }
        if (placeHead is not null && taps[PackedBatch.LayerTap(PlaceLayer)] is { } states)
        {
            var places = functional.linear(Normalised(states).flatten(0, 1), placeHead);              // (N, 2 · cells)
            foreach (var (axis, logits) in Split(places, 0, [DenseLabels.MostCells, DenseLabels.MostCells]).Index())
            {
                var labels = batch.Labels[axis == 0 ? DenseLabels.Column : DenseLabels.Row];
                loss = loss.Add(functional.cross_entropy(logits, labels, ignore_index: -1).Mul(PlaceWeight));
            }
        }
        return loss.MoveToOuterDisposeScope();
    }

    private static Tensor OfSummary(TowerBatch batch, Tensor cls)
    {
        var loss = functional.binary_cross_entropy_with_logits(cls.narrow(1, 0, TowerBatch.PairCount), batch.Pairs).Mul(PairWeight);
        foreach (var (logits, labels) in Split(cls, TowerBatch.PairCount, TowerBatch.SummaryClasses).Zip(batch.Summary))
            loss = loss.Add(functional.cross_entropy(logits, labels).Mul(SummaryWeight));
        return loss;
    }

    private Taps Encode(IEnumerable<Scene> scenes)
    {
        var taps = NewTaps();
        model.EncodeImages(images.ToInput([.. scenes.Select(TowerBatch.Image)]), taps.Receive);
        return taps;
    }

    private long WidthOfStates()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var taps = Encode([unseen.Draw(0)]);
        return taps[backbone.StatesTap]!.shape[^1];
    }

    private static Tensor HeadOf(int classes, long width) => randn(classes, width).Mul(0.05).requires_grad_().DetachFromDisposeScope();

    private static Tensor Normalised(Tensor states) => functional.layer_norm(states, [states.shape[^1]]);

    // (N, all classes) and (B, pairs and summary classes)
    private (Tensor Cells, Tensor? Cls) Predict(Tensor states)
    {
        var normalised = Normalised(states);                                                          // (N, d) or (B, n + 1, d)
        return clsHead is null ? (functional.linear(normalised, cellHead), null) : (
            functional.linear(normalised.narrow(1, 1, states.shape[1] - 1).flatten(0, 1), cellHead),
            functional.linear(normalised.select(1, 0), clsHead));
    }

    private static IEnumerable<Tensor> Split(Tensor logits, int start, int[] classes)
    {
        foreach (var count in classes)
        {
            yield return logits.narrow(1, start, count);
            start += count;
        }
    }

    private string Accuracies()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var scenes = Enumerable.Range(0, HeldOut).Select(i => unseen.Draw(i)).ToList();
        var batch = new TowerBatch(scenes, backbone.CellSize);
        using var taps = Encode(scenes);
        var (cells, cls) = Predict(taps[backbone.StatesTap]!);
        var dense = string.Join(' ', Split(cells, 0, DenseLabels.Classes).Zip(batch.Labels)
            .Zip(DenseLabels.Names, (p, name) => FormattableString.Invariant($"{name} {Share(p.First, p.Second):f3}")));
        if (cls is null)
            return dense;
        var summary = Split(cls, TowerBatch.PairCount, TowerBatch.SummaryClasses).Zip(batch.Summary)
            .Zip(["tens", "units", "tallest", "shortest"], (p, name) => FormattableString.Invariant($"{name} {Share(p.First, p.Second):f3}"));
        var pairs = cls.narrow(1, 0, TowerBatch.PairCount).Gt(0).eq(batch.Pairs.Gt(0)).all(1).to(ScalarType.Float32).mean().item<float>();
        return FormattableString.Invariant($"{dense} | cls: all pairs {pairs:f3} {string.Join(' ', summary)}");
    }

    private static float Share(Tensor logits, Tensor labels)
    {
        var asked = labels.Gt(-1).to(ScalarType.Float32);
        return logits.argmax(1).eq(labels).to(ScalarType.Float32).sum().div(asked.sum()).item<float>();
    }

    public void Dispose()
    {
        foreach (var head in Heads)
            head.Dispose();
    }
}
