namespace ScenesVqa.Training;

/// <summary>What a <see cref="TowerTask"/> should tell about one image.</summary>
/// <param name="Cells">For each label, a class for each cell, row by row; −1 where there is none.</param>
/// <param name="Present">1 where a thing is there, else 0.</param>
/// <param name="Summary">A class for each entry of the summary.</param>
internal sealed record TowerLabels(sbyte[][] Cells, float[] Present, long[] Summary);
