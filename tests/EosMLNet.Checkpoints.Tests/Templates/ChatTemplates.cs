namespace EosMLNet.Tests.Templates;

/// <summary>Chat templates with the constructs of those that are published with the models.</summary>
internal static class ChatTemplates
{
    /// <summary>LLaVA-1.5's and LLaVA-NeXT's with Vicuna: filters of parts by their type, a comment, marks for training.</summary>
    internal const string Llava =
        "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': '}}{% endif %}" +
        "{# images before texts #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}" +
        "{% if message['role'] != 'assistant' %}" +
        "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' '}}{% endfor %}{% else %}" +
        "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}" +
        "{% generation %}{{ content['text'] + ' '}}{% endgeneration %}{% endfor %}{% endif %}{% endfor %}" +
        "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

    /// <summary>LLaVA-NeXT's with Mistral: roles in branches, parts by index.</summary>
    internal const string Mistral =
        "{% for message in messages %}{% if message['role'] == 'system' %}" +
        "{{ '<<SYS>>\\n' + message['content'][0]['text'] + '\\n<</SYS>>\\n\\n' }}{% elif message['role'] == 'user' %}{{ '[INST] ' }}" +
        "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}" +
        "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] }}{% endfor %}{{ ' [/INST]' }}" +
        "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'][0]['text'] + eos_token }}" +
        "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}";

    /// <summary>LLaVA-OneVision's.</summary>
    internal const string OneVision =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + ' '}}" +
        "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}" +
        "{% for content in message['content'] | selectattr('type', 'equalto', 'video') %}{{ '<video>' }}{% endfor %}" +
        "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ '\\n' + content['text'] }}{% endfor %}" +
        "{{'<|im_end|>'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>Qwen2-VL's and Qwen2.5-VL's: a namespace, the place in a loop, lists and texts, line ends in the text.</summary>
    internal const string Qwen2Vl =
        "{% set images = namespace(value=0) %}{% set videos = namespace(value=0) %}{% for message in messages %}" +
        "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}" +
        "<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}" +
        "{% for content in message['content'] %}" +
        "{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}{% set images.value = images.value + 1 %}" +
        "{% if add_vision_id %}Picture {{ images.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>" +
        "{% elif content['type'] == 'video' or 'video' in content %}{% set videos.value = videos.value + 1 %}" +
        "{% if add_vision_id %}Video {{ videos.value }}: {% endif %}<|vision_start|><|video_pad|><|vision_end|>" +
        "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}" +
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    /// <summary>Qwen3-VL's: white space that is cut, tools that are not there.</summary>
    internal const string Qwen3Vl = """
        {%- if tools %}
            {{- '<|im_start|>system\n' }}
            {%- for tool in tools %}
                {{- "\n" }}
                {{- tool | tojson }}
            {%- endfor %}
            {{- '<|im_end|>\n' }}
        {%- else %}
            {%- if messages[0].role == 'system' %}
                {{- '<|im_start|>system\n' }}
                {%- if messages[0].content is string %}
                    {{- messages[0].content }}
                {%- else %}
                    {%- for content in messages[0].content %}
                        {%- if 'text' in content %}
                            {{- content.text }}
                        {%- endif %}
                    {%- endfor %}
                {%- endif %}
                {{- '<|im_end|>\n' }}
            {%- endif %}
        {%- endif %}
        {%- set image_count = namespace(value=0) %}
        {%- for message in messages %}
            {%- if message.role == "user" %}
                {{- '<|im_start|>' + message.role + '\n' }}
                {%- if message.content is string %}
                    {{- message.content }}
                {%- else %}
                    {%- for content in message.content %}
                        {%- if content.type == 'image' or 'image' in content or 'image_url' in content %}
                            {%- set image_count.value = image_count.value + 1 %}
                            {%- if add_vision_id %}Picture {{ image_count.value }}: {% endif -%}
                            <|vision_start|><|image_pad|><|vision_end|>
                        {%- elif content.type == 'video' or 'video' in content %}
                            <|vision_start|><|video_pad|><|vision_end|>
                        {%- elif 'text' in content %}
                            {{- content.text }}
                        {%- endif %}
                    {%- endfor %}
                {%- endif %}
                {{- '<|im_end|>\n' }}
            {%- elif message.role == "assistant" %}
                {{- '<|im_start|>' + message.role + '\n' }}
                {%- if message.content is string %}
                    {{- message.content }}
                {%- else %}
                    {%- for item in message.content %}
                        {%- if 'text' in item %}
                            {{- item.text }}
                        {%- endif %}
                    {%- endfor %}
                {%- endif %}
                {%- if message.tool_calls %}
                    {%- for call in message.tool_calls %}
                        {%- if (loop.first and message.content) or (not loop.first) %}
                            {{- '\n' }}
                        {%- endif %}
                        {{- call.arguments | tojson }}
                    {%- endfor %}
                {%- endif %}
                {{- '<|im_end|>\n' }}
            {%- elif message.role == "tool" %}
                {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
                    {{- '<|im_start|>user' }}
                {%- endif %}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\n' }}
        {%- endif %}

        """;

    /// <summary>The same with what later Qwen templates have: a macro for the parts of a message.</summary>
    internal const string WithMacro = """
        {%- set images = namespace(value=0) %}
        {%- macro render(content, counts, is_system=false) %}
            {%- if content is string %}
                {{- content }}
            {%- elif content is iterable and content is not mapping %}
                {%- for item in content %}
                    {%- if 'image' in item or item.type == 'image' %}
                        {%- if is_system %}
                            {{- raise_exception('System message cannot contain images.') }}
                        {%- endif %}
                        {%- if counts %}
                            {%- set images.value = images.value + 1 %}
                        {%- endif %}
                        {%- if add_vision_id %}
                            {{- 'Picture ' ~ images.value ~ ': ' }}
                        {%- endif %}
                        {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
                    {%- elif 'text' in item %}
                        {{- item.text }}
                    {%- else %}
                        {{- raise_exception('Unexpected item type in content.') }}
                    {%- endif %}
                {%- endfor %}
            {%- elif content is none or content is undefined %}
                {{- '' }}
            {%- endif %}
        {%- endmacro %}
        {%- for message in messages %}
            {%- set content = render(message.content, true) | trim %}
            {{- '<|im_start|>' + message.role + '\n' + content + '<|im_end|>' + '\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\n' }}
        {%- endif %}
        """;
}
