namespace EosMLNet.Data;

/// <summary>A question about a picture, with its answer.</summary>
/// <param name="Picture">Index into <see cref="VqaDataset.Pictures"/>.</param>
/// <param name="Question">The question; never empty.</param>
/// <param name="Answer">The expected answer.</param>
/// <param name="Family">The kind of question, such as <c>count</c>; empty when there are no kinds.</param>
public sealed record VqaExample(int Picture, string Question, string Answer, string Family);
