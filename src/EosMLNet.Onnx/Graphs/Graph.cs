using System.Globalization;
using System.Runtime.InteropServices;
using EosMLNet.Onnx.Protos;
using Google.Protobuf;

namespace EosMLNet.Onnx.Graphs;

/// <summary>
/// An ONNX graph that is being written. Nodes are added in the order in which they run; what a node makes is a <see cref="Value"/>.
/// </summary>
internal sealed class Graph
{
    /// <summary>The operators of the standard that graphs are written in.</summary>
    internal const int Opset = 23;

    /// <summary>The version of the format that graphs are written in.</summary>
    internal const int FormatVersion = 11;

    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    internal const string RuntimeDomain = "com.microsoft";

    private readonly Dictionary<string, Value> constants = [];
    private readonly Stack<GraphProto> open = []; // the graph, and inside of it those that are being written
    private readonly Dictionary<string, string> outputNames = []; // what values are called in the end, by their first names
    private int last;                             // the number of the latest name

    /// <param name="name">What the graph is called.</param>
    internal Graph(string name)
    {
        Proto = new GraphProto { Name = name };
        open.Push(Proto);
    }

    /// <summary>What was written so far.</summary>
    internal GraphProto Proto { get; }

    /// <summary>A graph inside of a node. It sees all that was written before.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="inputs">The types of its inputs.</param>
    /// <param name="numbers">How many of the first inputs are single numbers.</param>
    /// <param name="write">Writes its nodes, given the inputs, and returns its outputs.</param>
    private GraphProto Inner(
        string name, IReadOnlyList<ElementType> inputs, int numbers, Func<IReadOnlyList<Value>, IReadOnlyList<Value>> write)
    {
        var inner = new GraphProto { Name = Next(name) };
        open.Push(inner);
        Value[] given = [.. inputs.Select(type => new Value(this, Next("given"), type))];
        inner.Input.AddRange(given.Select((value, i) => Describe(value.Name, value.Type, i < numbers ? [] : null)));
        foreach (var value in write(given))
        {
            // A value that is made outside cannot be an output itself.
            var output = Node("Identity", value.Type, [value]);
            inner.Output.Add(Describe(output.Name, output.Type, null));
        }
        open.Pop();
        return inner;
    }

    /// <summary>Values that are computed in one of two ways.</summary>
    /// <param name="condition">A single bool.</param>
    /// <param name="yes">Writes the values where it is true.</param>
    /// <param name="no">Writes as many values of the same types where it is false.</param>
    internal Value[] If(Value condition, Func<IReadOnlyList<Value>> yes, Func<IReadOnlyList<Value>> no)
    {
        var types = Array.Empty<ElementType?>();
        var then = Inner("then", [], 0, _ => Noted(yes()));
        var otherwise = Inner("else", [], 0, _ => no());
        return Node("If", types, [condition], ("then_branch", then), ("else_branch", otherwise));

        IReadOnlyList<Value> Noted(IReadOnlyList<Value> values)
        {
            types = [.. values.Select(value => (ElementType?)value.Type)];
            return values;
        }
    }

    /// <summary>Runs some nodes a number of times, each time with what the time before made.</summary>
    /// <param name="count">How often, a single number.</param>
    /// <param name="state">What the first time is given.</param>
    /// <param name="write">Writes the nodes, given the number of the time, from 0, and the state; returns the next state, and behind it
    /// what is to be collected.</param>
    /// <returns>The last state, and behind it what was collected, each time's behind that of the time before.</returns>
    internal Value[] Loop(Value count, IReadOnlyList<Value> state, Func<Value, IReadOnlyList<Value>, IReadOnlyList<Value>> write)
    {
        var types = Array.Empty<ElementType?>();
        var body = Inner("body", [ElementType.Int64, ElementType.Bool, .. state.Select(value => value.Type)], 2, given =>
        {
            var made = write(given[0], [.. given.Skip(2)]);
            types = [.. made.Select(value => (ElementType?)value.Type)];
            return [given[1], .. made];
        });
        return Node("Loop", types, [count, null, .. state], ("body", body));
    }

    /// <summary>An input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its sizes: numbers, or names of sizes that are known when the graph runs.</param>
    internal Value Input(string name, ElementType type, params IReadOnlyList<object> shape)
    {
        Proto.Input.Add(Describe(name, type, shape));
        return new Value(this, name, type);
    }

    /// <summary>Makes a value an output.</summary>
    /// <param name="value">The value.</param>
    /// <param name="name">The output's name.</param>
    /// <param name="shape">Its sizes: numbers, or names of sizes that are known when the graph runs.</param>
    internal void Output(Value value, string name, params IReadOnlyList<object> shape)
    {
        // A node's output takes the name. Of a value that has one already, or that no node makes, there is a copy.
        if (Proto.Node.Any(node => node.Output.Contains(value.Name)) && outputNames.TryAdd(value.Name, name))
            Proto.Output.Add(Describe(name, value.Type, shape));
        else
            Output(Node("Identity", value.Type, [value]), name, shape);
    }

    /// <summary>A node with one output.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="type">The type of the output's elements.</param>
    /// <param name="inputs">The inputs; null for one that is left out.</param>
    /// <param name="attributes">The operator's attributes: numbers, lists of them, texts, graphs.</param>
    internal Value Node(string op, ElementType type, IReadOnlyList<Value?> inputs,
        params IReadOnlyList<(string Name, object Value)> attributes) => Node(op, [type], inputs, attributes)[0];

    /// <summary>A node with several outputs.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="types">The types of the outputs' elements; null for an output that nobody wants.</param>
    /// <param name="inputs">The inputs; null for one that is left out.</param>
    /// <param name="attributes">The operator's attributes.</param>
    /// <returns>The outputs that are wanted.</returns>
    internal Value[] Node(string op, IReadOnlyList<ElementType?> types, IReadOnlyList<Value?> inputs,
        params IReadOnlyList<(string Name, object Value)> attributes)
    {
        var (domain, type) = op.Split(':') is [var ofDomain, var ofType] ? (ofDomain, ofType) : ("", op);
        var name = Next(type);
        var node = new NodeProto { OpType = type, Name = name, Domain = domain };
        node.Input.AddRange(inputs.Select(input => input?.Name ?? ""));
        Value?[] outputs = [.. types.Select((element, i) =>
            element is { } wanted ? new Value(this, i == 0 ? name : $"{name}.{i}", wanted) : null)];
        node.Output.AddRange(outputs.Select(output => output?.Name ?? ""));
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        open.Peek().Node.Add(node);
        return [.. outputs.OfType<Value>()];
    }

    /// <summary>A constant; equal ones are one.</summary>
    /// <param name="type">The type of its elements.</param>
    /// <param name="values">Its numbers.</param>
    /// <param name="shape">Its sizes; none for a single number.</param>
    internal Value Constant(ElementType type, IReadOnlyList<double> values, params IReadOnlyList<long> shape)
    {
        var bytes = new byte[values.Count * type.Size()];
        for (var i = 0; i < values.Count; i++)
            type.Write(bytes.AsSpan(i * type.Size()), values[i]);
        var key = $"{type} [{string.Join(',', shape)}] {Convert.ToHexString(bytes)}";
        if (constants.TryGetValue(key, out var known))
            return known;
        return constants[key] = Tensor(Next("constant"), type, bytes, shape);
    }

    /// <summary>Whole numbers in a row, int64.</summary>
    internal Value Integers(params IReadOnlyList<long> values) =>
        Constant(ElementType.Int64, [.. values.Select(x => (double)x)], values.Count);

    /// <summary>A single number.</summary>
    internal Value Number(ElementType type, double value) => Constant(type, [value]);

    /// <summary>Learned numbers that stand in the graph itself, float32.</summary>
    internal Value Tensor(string name, ReadOnlySpan<float> values, params IReadOnlyList<long> shape) =>
        Tensor(Next(name), ElementType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A tensor whose bytes lie in a file.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The number that the format has for the type of its elements.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="file">The file, beside the graph's.</param>
    /// <param name="offset">Where the bytes begin.</param>
    /// <param name="length">How many they are.</param>
    internal Value External(string name, ElementType type, IReadOnlyList<long> shape, string file, long offset, long length)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type.Proto(), DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.AddRange(shape);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = file });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = Text(offset) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = Text(length) });
        Proto.Initializer.Add(tensor);
        return new Value(this, name, type);

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The graph as a model.</summary>
    /// <param name="metadata">What the model says of itself.</param>
    internal ModelProto ToModel(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        Rename(Proto);
        outputNames.Clear();
        var model = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = "EosMLNet",
            ProducerVersion = typeof(Graph).Assembly.GetName().Version!.ToString(3),
            Graph = Proto,
            OpsetImport =
            {
                new OperatorSetIdProto { Domain = "", Version = Opset }, new OperatorSetIdProto { Domain = RuntimeDomain, Version = 1 },
            },
        };
        model.MetadataProps.AddRange(metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return model;
    }

    private void Rename(GraphProto graph)
    {
        foreach (var node in graph.Node)
        {
            Rename(node.Input);
            Rename(node.Output);
            foreach (var attribute in node.Attribute.Where(attribute => attribute.G is not null))
                Rename(attribute.G);
        }
    }

    private void Rename(IList<string> values)
    {
        for (var i = 0; i < values.Count; i++)
            values[i] = outputNames.GetValueOrDefault(values[i], values[i]);
    }

    private Value Tensor(string name, ElementType type, ReadOnlySpan<byte> bytes, IReadOnlyList<long> shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type.Proto(), RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape);
        Proto.Initializer.Add(tensor);
        return new Value(this, name, type);
    }

    /// <summary>Writes nodes where all that comes later sees them, also where a graph inside of a node is being written.</summary>
    internal Value Outside(Func<Value> write)
    {
        open.Push(Proto);
        var value = write();
        open.Pop();
        return value;
    }

    private string Next(string of) => string.Create(CultureInfo.InvariantCulture, $"{of}_{++last}");

    private static ValueInfoProto Describe(string name, ElementType type, IReadOnlyList<object>? shape)
    {
        var described = new TypeProto.Types.Tensor { ElemType = (int)type.Proto() };
        var info = new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = described } };
        if (shape is null)
            return info;
        described.Shape = new TensorShapeProto();
        described.Shape.Dim.AddRange(shape.Select(size => size is string variable
            ? new TensorShapeProto.Types.Dimension { DimParam = variable }
            : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(size, CultureInfo.InvariantCulture) }));
        return info;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int or long:
                attribute.Type = AttributeProto.Types.AttributeType.Int;
                attribute.I = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                break;
            case double number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, (float)number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(numbers);
                break;
            case GraphProto graph:
                (attribute.Type, attribute.G) = (AttributeProto.Types.AttributeType.Graph, graph);
                break;
            default:
                throw new ArgumentException($"An attribute cannot be a {value.GetType()}.", nameof(value));
        }
        return attribute;
    }
}
