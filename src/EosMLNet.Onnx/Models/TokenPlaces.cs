using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Models;

/// <summary>Where B rows of T tokens stand: what a decoder's layer has to know of them beside their states.</summary>
/// <param name="ByRow">The sizes (B, T, -1), int64 in a row: the shape of states by rows.</param>
/// <param name="Cos">Cosines of the tokens' positions, (B, T, hs / 2).</param>
/// <param name="Sin">Sines.</param>
/// <param name="LastOfRow">The place of each row's last token, earlier ones counted, (B), int32: behind it are none.</param>
/// <param name="Total">The most tokens of a row, earlier ones counted, a number in a row, int32.</param>
/// <param name="Bias">What is added to attention logits, (B, 1, T, all); null for nothing.</param>
internal sealed record TokenPlaces(Value ByRow, Value Cos, Value Sin, Value LastOfRow, Value Total, Value? Bias);
