using EosMLNet;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>Trains <c>scenes-llava</c> or <c>scenes-qwen</c>: the tower first, then the whole model on questions.</summary>
internal static class Trainer
{
    // The tower's share of a run; scenes come with dense labels, other people's images do not.
    private const int TowerPercent = 15, SeenPercent = 50;
    private const int VocabularyImages = 500, TowerHeldOut = 48, RegressionImages = 1500;
    private const string StateFile = "training-state.safetensors"; // not part of the model

    /// <summary>The run that the command line asks for.</summary>
    public static void Run(Arguments options)
    {
        TorchRuntime.EnsureLoaded();
        var (seed, drawn) = (options.Number("seed", 1), options.Optional("data") is null);
        var backbone = Backbone.Of(options.Optional("model") ?? "llava", drawn ? Vocabulary.Size : Vocabulary.TextSize);
        var data = drawn ? TrainingData.Drawn(seed, backbone) : TrainingData.Read(options.Text("data"), options.Text("images"), seed);
        using var log = new TrainingLog(options.Text("out"));
        Run(options, backbone, data, drawn ? SceneTower.Task : null, log);
    }

    /// <summary>A run of a backbone on data.</summary>
    /// <param name="options">The command line: <c>out, seed, resume, decoder, batch, precision, tower-percent, seen-images,
    /// seen-percent, first-stage, minutes, steps, skip</c>.</param>
    /// <param name="backbone">What is trained.</param>
    /// <param name="data">On what.</param>
    /// <param name="task">What the tower learns first; null where images have no labels.</param>
    /// <param name="log">Receives the progress.</param>
    /// <param name="share">The share of the time, or of the steps, that it gets.</param>
    public static void Run(Arguments options, Backbone backbone, TrainingData data, TowerTask? task, TrainingLog log, double share = 1)
    {
        var (folder, seed, resume, batch) = (options.Text("out"), options.Number("seed", 1), options.Optional("resume"), options.Number("batch", 32));
        var processor = resume is null
            ? backbone.SaveProcessor(data.Training.Take(VocabularyImages).SelectMany(p => p.Questions), folder)
            : backbone.CopyProcessor(resume, folder);
        using var decoder = options.Optional("decoder") is { } start ? new TrainedDecoder(start, folder) : null;
        using var model = backbone.Create(seed, resume, decoder, Precision(options));
        log.Write($"{model.Weights.Sum(w => w.Value.numel())} parameters");
        void Save() => backbone.Save(model, folder);

        var towerShare = task is null ? 0 : options.Number("tower-percent", resume is null ? TowerPercent : 0) / 100.0;
        using var tower = task is null ? null
            : new TowerTrainer(model, backbone, task, processor.Images, log, [.. data.HeldOut.Take(TowerHeldOut)]) { BatchSize = batch * 3 / 2 };
        if (towerShare > 0)
            tower?.Run(data.Training, Limit(options, share * towerShare), Save);
        var joint = new JointTrainer(model, backbone, processor, log, tower)
        {
            BatchSize = batch, State = Path.Combine(folder, StateFile),
            Before = resume is null || towerShare > 0 || backbone.ReplacesTower ? null : Path.Combine(resume, StateFile),
        };
        var (seenImages, seenShare) = (options.Number("seen-images", 0), 0.0);
        if (seenImages > 0 && backbone.FeatureTap is null)
            throw new EosException(EosErrors.InvalidOption, "--seen-images was given, but this model's tower and projector are one. Leave it out.");
        if (seenImages > 0)
        {
            seenShare = (1 - towerShare) * options.Number("seen-percent", SeenPercent) / 100.0;
            using var seen = new SeenImages(data.Training.Take(seenImages), backbone, model, processor.Images);
            if (task is not null && (resume is null || backbone.ReplacesTower))
                LabelReader.Begin(model, [.. seen.Images.Take(RegressionImages)], task);
            using var heldOut = new SeenImages(data.HeldOut, backbone, model, processor.Images);
            var first = Math.Clamp(options.Number("first-stage", 1), 1, data.SeenStages.Count) - 1;
            var shares = data.SeenStages.Skip(first).Sum(stage => stage.Share);
            foreach (var (number, stage) in data.SeenStages.Index().Skip(first))
            {
                using var asked = seen.Pooled(stage.Together);
                using var unseen = heldOut.Pooled(stage.Together);
                joint.Run(asked.Rounds(number), unseen.Images, Limit(options, share * seenShare * stage.Share / shares), Save);
            }
        }
        joint.Run(data.Training.Skip(VocabularyImages + options.Number("skip", 0)), data.HeldOut, Limit(options, share * (1 - towerShare - seenShare)), Save);

        using var shipped = VisionLanguageModel.Load(folder, ModelDataType.Float32); // measured as it is written, rounded to bfloat16
        var evaluation = new JointTrainer(shipped, backbone, processor, log, tower: null);
        foreach (var size in data.Final.GroupBy(image => new ImageSize(image.Image.Height, image.Image.Width)).Where(_ => backbone.ImageSizes.Count > 1))
            log.Write($"final, images of {size.Key}: {evaluation.Evaluate([.. size])}");
        var final = evaluation.Evaluate(data.Final);
        log.Write($"final: {final}");
        Metrics.Save(final, folder);
    }

    /// <summary>The precision that <c>--precision</c> names.</summary>
    public static ScalarType Precision(Arguments options) => (options.Optional("precision") ?? "float32") switch
    {
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        var other => throw new EosException(EosErrors.InvalidOption, $"--precision is '{other}', expected float32 or bfloat16."),
    };

    /// <summary>A share of the time, or of the steps, that the command line gives.</summary>
    public static Budget Limit(Arguments options, double share) => options.Optional("steps") is null
        ? new Budget(null, TimeSpan.FromMinutes(options.Number("minutes", 60) * share))
        : new Budget((int)(options.Number("steps", 0) * share), null);
}
