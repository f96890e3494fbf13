#!/usr/bin/perl
# Perl MIME-tools as a second opinion: the same protocol as show_text; answers the decoded text of all parts.
use strict;
use warnings;
use MIME::Parser;

$| = 1;
binmode STDIN;
binmode STDOUT;

sub text_of {
    my ($entity) = @_;
    my $out = '';
    for my $name ($entity->head->recommended_filename // '') { $out .= "$name\n" }
    if ($entity->parts) { $out .= text_of($_) for $entity->parts; return $out }
    return $out unless $entity->bodyhandle && $entity->effective_type =~ m{^(text/|message/)};
    return $out . $entity->bodyhandle->as_string . "\n";
}

while (my $size = <STDIN>) {
    read STDIN, my $raw, $size + 0;
    my $answer = eval {
        my $parser = MIME::Parser->new;
        $parser->output_to_core(1);
        $parser->tmp_to_core(1);
        $parser->extract_nested_messages(1);
        local $SIG{__WARN__} = sub { };
        text_of($parser->parse_data($raw));
    } // '';
    print length($answer), "\n", $answer;
}
