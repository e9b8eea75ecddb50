namespace ScenesVqa.Training;

/// <summary>What a vision tower learns to tell before anything is asked.</summary>
/// <param name="Cells">What each cell tells.</param>
/// <param name="Present">How many things the [CLS] token tells to be there or not.</param>
/// <param name="Summary">What else it tells: names and classes.</param>
internal sealed record TowerTask(IReadOnlyList<CellLabel> Cells, int Present, IReadOnlyList<(string Name, int Classes)> Summary);
