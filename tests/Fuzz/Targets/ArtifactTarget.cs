using EosMLNet.Tool.CommandLine;
using Microsoft.ML;

namespace Fuzz.Targets;

/// <summary>The zip of a saved pipeline. Its model's folder is none that is there, so that no weights are loaded.</summary>
internal sealed class ArtifactTarget : FuzzTarget
{
    private readonly MLContext ml = new(seed: 1);

    internal override string Reader => "saved model (zip)";

    internal override string FileName => "model.zip";

    internal override void Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var isLoaded = false;
        try
        {
            (ml.VisionLanguage().Load(path, out _) as IDisposable)?.Dispose();
        }
        catch (EosException e)
        {
            isLoaded = e.Code == EosErrors.ReferencedWeights; // behind all that the zip has
            if (!isLoaded && e.Code != EosErrors.ModelArtifact && e.Code != EosErrors.PlanFile)
                throw;
        }
        if (SavedModelPlan.IsZip(path))
            SavedModelPlan.Read(path);
        if (!isLoaded)
            throw new EosException(EosErrors.ModelArtifact, "The zip holds a plan, but no model.");
    }
}
