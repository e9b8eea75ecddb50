using EosMLNet.Tool.Search;

namespace Faults.Kills;

/// <summary>Writing a model's zip without loading the model: <c>SaveWithoutLoading</c>, as <c>--artifact</c> and builds do it.</summary>
internal sealed class ArtifactKill : KillKind
{
    internal override string Name => "artifact";

    internal override string Does => "`SaveWithoutLoading`: a model's zip";

    internal override void Work(KillPlace place) => ModelArtifactFile.Write(place["model.zip"], place.Model, place.Plan);
}
