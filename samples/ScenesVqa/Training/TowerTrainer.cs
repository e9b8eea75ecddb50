using EosMLNet.Models;
using EosMLNet.Tensors;
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
    private const int PlaceLayer = 1;
    private const double PeakRate = 1.5e-3, SummaryWeight = 0.5, PresentWeight = 20; // a mean over 36 pairs of which 4 are there
    private const double PlaceWeight = 2;
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromMinutes(2);

    private readonly VisionLanguageModel model;
    private readonly Backbone backbone;
    private readonly TowerTask task;
    private readonly ImageProcessor images;
    private readonly TrainingLog log;
    private readonly IReadOnlyList<ImageQuestions> unseen;
    private readonly Tensor cellHead;
    private readonly Tensor? clsHead, placeHead;

    /// <param name="model">The model whose tower is trained.</param>
    /// <param name="backbone">What it was made by.</param>
    /// <param name="task">What the tower learns to tell.</param>
    /// <param name="images">The model's image processor.</param>
    /// <param name="log">Receives the progress.</param>
    /// <param name="unseen">What the progress is measured on, with labels; not among the training images.</param>
    public TowerTrainer(
        VisionLanguageModel model, Backbone backbone, TowerTask task, ImageProcessor images, TrainingLog log, IReadOnlyList<ImageQuestions> unseen)
    {
        (this.model, this.backbone, this.task, this.images, this.log, this.unseen) = (model, backbone, task, images, log, unseen);
        cellHead = HeadOf(task.Cells.Sum(label => label.Classes), WidthOfStates());
        clsHead = backbone.HasClsToken ? HeadOf(task.Present + task.Summary.Sum(s => s.Classes), WidthOfStates()) : null;
        placeHead = backbone.TowerKnowsPlaces ? null : HeadOf(Places.Sum(place => place.Classes), model.HiddenSize);
    }

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; } = 48;

    /// <summary>The heads, for those who train them together with the model.</summary>
    public IEnumerable<Tensor> Heads => new[] { cellHead, clsHead, placeHead }.OfType<Tensor>();

    // The labels that are places, by their number and classes.
    private IEnumerable<(int Label, int Classes)> Places =>
        task.Cells.Index().Where(cell => cell.Item.IsPlace).Select(cell => (cell.Index, cell.Item.Classes));

    /// <summary>Keeps what <see cref="Loss(IReadOnlyList{ImageQuestions}, Taps)"/> reads.</summary>
    public Taps NewTaps() => new(backbone.StatesTap, PackedBatch.LayerTap(PlaceLayer));

    /// <summary>Trains until the budget is used up.</summary>
    /// <param name="training">Images with labels, without end.</param>
    /// <param name="budget">How long.</param>
    /// <param name="save">Writes a checkpoint.</param>
    public void Run(IEnumerable<ImageQuestions> training, Budget budget, Action save)
    {
        var tower = model.Weights.Where(w => w.Key.StartsWith(backbone.TowerRoot, StringComparison.Ordinal)).Select(w => w.Value);
        using var adam = new MasterAdam([.. tower, cellHead, .. clsHead is null ? [] : (Tensor[])[clsHead]], PeakRate, weightDecay: 0.02);
        using var drawn = training.GetEnumerator();
        TimeSpan measured = default;
        while (budget.Next())
        {
            using var scope = NewDisposeScope();
            adam.LearningRate = CosineSchedule.At(PeakRate, budget.Progress);
            adam.ZeroGrad();
            backbone.BeforeTowerStep(model, budget.Step);
            var batch = new List<ImageQuestions>(BatchSize);
            while (batch.Count < BatchSize && drawn.MoveNext())
                batch.Add(drawn.Current);
            using var taps = Encode(batch);
            var loss = Loss(batch, taps);
            loss.backward();
            adam.ClipGradients(1);
            adam.Step();
            if (log.IsDue())
                log.Write($"tower step {budget.Step} ({budget.Progress:p0}, {budget.Elapsed.TotalSeconds:f0} s) loss {loss.item<float>():f3}");
            if (budget.Elapsed - measured > MeasureInterval)
            {
                measured = budget.Elapsed;
                log.Write($"tower step {budget.Step} unseen: {Accuracies()}");
                save();
            }
        }
        log.Write($"tower done after {budget.Step} steps, {budget.Elapsed.TotalSeconds:f0} s | {Accuracies()}");
    }

    /// <summary>How badly the model's states tell what is in these images.</summary>
    /// <param name="labelled">B images with labels.</param>
    /// <param name="taps">What the tower, and the decoder where it ran, made of them.</param>
    public Tensor Loss(IReadOnlyList<ImageQuestions> labelled, Taps taps)
    {
        using var scope = NewDisposeScope();
        var batch = new TowerBatch([.. labelled.Select(image => image.Labels!)]);
        var (cells, cls) = Predict(taps[backbone.StatesTap]!);
        var loss = cls is null ? zeros(1).squeeze() : OfSummary(batch, cls);
        foreach (var (i, logits) in Split(cells, 0, task.Cells.Select(label => label.Classes)).Index())
        {
            if (backbone.TowerKnowsPlaces || !task.Cells[i].IsPlace)
                loss = loss.Add(functional.cross_entropy(logits, batch.Cells[i], ignore_index: -1).Mul(task.Cells[i].Weight));
        }
        if (placeHead is not null && taps[PackedBatch.LayerTap(PlaceLayer)] is { } states)
        {
            var places = functional.linear(Normalised(states).flatten(0, 1), placeHead);              // (N, columns + rows)
            foreach (var ((label, _), logits) in Places.Zip(Split(places, 0, Places.Select(place => place.Classes))))
                loss = loss.Add(functional.cross_entropy(logits, batch.Cells[label], ignore_index: -1).Mul(PlaceWeight));
        }
        return loss.MoveToOuterDisposeScope();
    }

    private Tensor OfSummary(TowerBatch batch, Tensor cls)
    {
        var loss = task.Present == 0 ? zeros(1).squeeze()
            : functional.binary_cross_entropy_with_logits(cls.narrow(1, 0, task.Present), batch.Present).Mul(PresentWeight);
        foreach (var (logits, labels) in SplitSummary(cls).Zip(batch.Summary))
            loss = loss.Add(functional.cross_entropy(logits, labels).Mul(SummaryWeight));
        return loss;
    }

    private Taps Encode(IEnumerable<ImageQuestions> labelled)
    {
        var taps = NewTaps();
        model.EncodeImages(images.ToInput([.. labelled.Select(image => image.Image)]), taps.Receive, clsAttention: false);
        return taps;
    }

    private long WidthOfStates()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var taps = Encode(unseen.Take(1));
        return taps[backbone.StatesTap]!.shape[^1];
    }

    private static Tensor HeadOf(int classes, long width) => randn(classes, width).Mul(0.05).requires_grad_().DetachFromDisposeScope();

    private static Tensor Normalised(Tensor states) => functional.layer_norm(states.to(ScalarType.Float32), [states.shape[^1]]);

    // (N, all classes) and (B, things and summary classes)
    private (Tensor Cells, Tensor? Cls) Predict(Tensor states)
    {
        var normalised = Normalised(states);                                                          // (N, d) or (B, n + 1, d)
        return clsHead is null ? (functional.linear(normalised, cellHead), null) : (
            functional.linear(normalised.narrow(1, 1, states.shape[1] - 1).flatten(0, 1), cellHead),
            functional.linear(normalised.select(1, 0), clsHead));
    }

    private IEnumerable<Tensor> SplitSummary(Tensor cls) => Split(cls, task.Present, task.Summary.Select(s => s.Classes));

    private static IEnumerable<Tensor> Split(Tensor logits, int start, IEnumerable<int> classes)
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
        var batch = new TowerBatch([.. unseen.Select(image => image.Labels!)]);
        using var taps = Encode(unseen);
        var (cells, cls) = Predict(taps[backbone.StatesTap]!);
        var dense = string.Join(' ', Split(cells, 0, task.Cells.Select(label => label.Classes)).Zip(batch.Cells)
            .Zip(task.Cells, (p, label) => FormattableString.Invariant($"{label.Name} {Share(p.First, p.Second):f3}")));
        if (cls is null)
            return dense;
        var summary = SplitSummary(cls).Zip(batch.Summary)
            .Zip(task.Summary, (p, of) => FormattableString.Invariant($"{of.Name} {Share(p.First, p.Second):f3}"));
        var pairs = task.Present == 0 ? 1
            : cls.narrow(1, 0, task.Present).Gt(0).eq(batch.Present.Gt(0)).all(1).to(ScalarType.Float32).mean().item<float>();
        return FormattableString.Invariant($"{dense} | cls: all there {pairs:f3} {string.Join(' ', summary)}");
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
