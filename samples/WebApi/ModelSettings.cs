using EosMLNet.Checkpoints;
using EosMLNet.Onnx;
using EosMLNet.Plans;

namespace WebApi;

/// <summary>The model that answers: the section <c>Model</c> of the configuration.</summary>
internal sealed class ModelSettings
{
    /// <summary>The checkpoint's folder. A relative path begins beside the program.</summary>
    public string Folder { get; set; } = "scenes-llava";

    /// <summary>Whether <c>eos export</c> has written graphs and a plan into the folder, which are then taken.</summary>
    public bool Exported { get; set; }

    /// <summary>The plan's file; null for a published method at <see cref="MeanVisualTokens"/>.</summary>
    public string? Plan { get; set; }

    /// <summary>The budget of that method, FastV.</summary>
    public double MeanVisualTokens { get; set; } = 48;

    /// <summary>Threads that work on a batch; 0 for one a core. One takes the least processor time.</summary>
    public int Threads { get; set; }

    /// <summary>Loads the model.</summary>
    public OnnxModel Load()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, Folder);
        var options = new OnnxOptions { Threads = Threads };
        return Exported ? OnnxModel.LoadExported(folder, options) : OnnxModel.Load(folder, ReadPlan(folder), options);
    }

    private ReductionPlan ReadPlan(string folder)
    {
        if (Plan is not null)
            return ReductionPlan.Load(Path.Combine(AppContext.BaseDirectory, Plan));
        var config = ModelConfig.Load(folder);
        var images = VisionLanguageProcessor.Load(folder, config).Images;
        return Baselines.FastV(config.ToPlanModel(images, new ModelFingerprint(CheckpointFiles.Of(folder).Fingerprint)), MeanVisualTokens);
    }
}
