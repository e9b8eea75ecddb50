using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using ScenesVqa.Scenes;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ScenesVqa.Training;

/// <summary>
/// Trains the vision tower alone, as LLaVA too starts from a trained tower: every patch tells what lies under it, and the [CLS] token tells what is in the
/// image, so that its attention means something. The linear heads are thrown away afterwards.
/// </summary>
internal sealed class TowerTrainer : IDisposable
{
    /// <summary>The name under which the model taps the states that the heads read.</summary>
    public const string StatesTap = "vision.feature_full";

    private const int BatchSize = 48, HeldOut = 96;
    private const double PeakRate = 1.5e-3, SummaryWeight = 0.5, PairWeight = 20; // a mean over 36 pairs of which 4 are there
    // In the order of DenseLabels.Names: the kind of shape is the hardest to see, and what is merely helpful counts less.
    private static readonly double[] LabelWeights = [1, 2, 1, 1, 0.5, 1, 0.3, 0.3];

    private readonly LlavaModel model;
    private readonly ClipImageProcessor images;
    private readonly TrainingLog log;
    private readonly SceneGenerator generator, unseen;
    private readonly Tensor patchHead, clsHead;

    public TowerTrainer(LlavaModel model, ClipImageProcessor images, TrainingLog log, int seed, int unseenSeed)
    {
        (this.model, this.images, this.log) = (model, images, log);
        (generator, unseen) = (new SceneGenerator(seed), new SceneGenerator(unseenSeed));
        var width = model.Config.Vision.HiddenSize;
        patchHead = randn(DenseLabels.Classes.Sum(), width).Mul(0.05).requires_grad_().DetachFromDisposeScope();
        clsHead = randn(TowerBatch.PairCount + TowerBatch.SummaryClasses.Sum(), width).Mul(0.05).requires_grad_().DetachFromDisposeScope();
    }

    /// <summary>The heads, for those who train them together with the model.</summary>
    public IEnumerable<Tensor> Heads => [patchHead, clsHead];

    public void Run(Budget budget, Action save)
    {
        var tower = model.Weights.Where(w => w.Key.StartsWith("vision_tower.", StringComparison.Ordinal)).Select(w => w.Value);
        using var adam = new Adam([.. tower, .. Heads], PeakRate, weightDecay: 0.02);
        while (budget.Next())
        {
            using var scope = NewDisposeScope();
            adam.LearningRate = CosineSchedule.At(PeakRate, budget.Progress);
            adam.ZeroGrad();
            var scenes = Enumerable.Range(0, BatchSize).Select(i => generator.Draw((long)budget.Step * BatchSize + i)).ToList();
            var loss = Loss(scenes, States(Pixels(scenes)));
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

    /// <summary>How badly the tower's states tell what is in these scenes.</summary>
    /// <param name="scenes">B scenes.</param>
    /// <param name="states">The tower's result for their images, [CLS] first, (B, 145, d).</param>
    public Tensor Loss(IReadOnlyList<Scene> scenes, Tensor states)
    {
        using var scope = NewDisposeScope();
        var (patches, cls) = Predict(states);
        return Loss(new TowerBatch(scenes), patches, cls).MoveToOuterDisposeScope();
    }

    private Tensor Pixels(IEnumerable<Scene> scenes) => images.Process([.. scenes.Select(TowerBatch.Image)]);

    private Tensor States(Tensor pixels)
    {
        Tensor? states = null;
        model.EncodeImages(pixels, (name, value) => states = name == StatesTap ? value.alias().MoveToOuterDisposeScope() : states);
        return states!;                                                                               // (B, 145, d)
    }

    // (B·144, all classes) and (B, pairs and summary classes)
    private (Tensor Patches, Tensor Cls) Predict(Tensor states)
    {
        var width = states.shape[2];
        var normalised = functional.layer_norm(states, [width]);                                      // (B, 145, d)
        return (
            functional.linear(normalised.narrow(1, 1, states.shape[1] - 1).reshape(-1, width), patchHead),
            functional.linear(normalised.select(1, 0), clsHead));
    }

    private static Tensor Loss(TowerBatch batch, Tensor patches, Tensor cls)
    {
        var loss = functional.binary_cross_entropy_with_logits(cls.narrow(1, 0, TowerBatch.PairCount), batch.Pairs).Mul(PairWeight);
        foreach (var (logits, labels) in Split(cls, TowerBatch.PairCount, TowerBatch.SummaryClasses).Zip(batch.Summary))
            loss = loss.Add(functional.cross_entropy(logits, labels).Mul(SummaryWeight));
        foreach (var ((logits, labels), weight) in Split(patches, 0, DenseLabels.Classes).Zip(batch.Labels).Zip(LabelWeights))
            loss = loss.Add(functional.cross_entropy(logits, labels, ignore_index: -1).Mul(weight));
        return loss;
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
        var batch = new TowerBatch(scenes);
        var (patches, cls) = Predict(States(Pixels(scenes)));
        var dense = Split(patches, 0, DenseLabels.Classes).Zip(batch.Labels).Zip(DenseLabels.Names, (p, name) => $"{name} {Share(p.First, p.Second):f3}");
        var summary = Split(cls, TowerBatch.PairCount, TowerBatch.SummaryClasses).Zip(batch.Summary)
            .Zip(["tens", "units", "tallest", "shortest"], (p, name) => $"{name} {Share(p.First, p.Second):f3}");
        var pairs = cls.narrow(1, 0, TowerBatch.PairCount).Gt(0).eq(batch.Pairs.Gt(0)).all(1).to(ScalarType.Float32).mean().item<float>();
        return FormattableString.Invariant($"{string.Join(' ', dense)} | cls: all pairs {pairs:f3} {string.Join(' ', summary)}");
    }

    private static float Share(Tensor logits, Tensor labels)
    {
        var asked = labels.Gt(-1).to(ScalarType.Float32);
        return logits.argmax(1).eq(labels).to(ScalarType.Float32).sum().div(asked.sum()).item<float>();
    }

    public void Dispose()
    {
        patchHead.Dispose();
        clsHead.Dispose();
    }
}
