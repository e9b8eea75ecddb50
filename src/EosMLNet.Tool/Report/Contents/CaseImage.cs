namespace EosMLNet.Tool.Report.Contents;

/// <summary>One image of a question: its grids of tokens, and what becomes of them.</summary>
/// <param name="Tokens">Visual tokens of the unreduced image.</param>
/// <param name="Views">The grids that are shown.</param>
/// <param name="Stages">Where its tokens are, layer by layer.</param>
internal sealed record CaseImage(int Tokens, IReadOnlyList<TokenView> Views, IReadOnlyList<TokenStage> Stages);
